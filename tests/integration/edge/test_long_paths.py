"""A state directory whose path is longer than a socket's may be."""

from __future__ import annotations

from pathlib import Path

from tests.integration.edge.front import Front


def test_the_edge_reaches_guard_and_origin_from_a_long_directory(tmp_path: Path) -> None:
    front = Front(tmp_path / ("long" * 25))
    try:
        front.apply(normalization="cloudflare")
        assert front.get("//x").status_code == 200
        sockets = Path(front.origin.tls.removeprefix("unix/")).parent
        assert tmp_path not in sockets.parents
    finally:
        front.close()
    assert not sockets.exists()
