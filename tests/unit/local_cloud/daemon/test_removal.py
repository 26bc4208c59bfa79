"""What a local cloud leaves behind outside its state directory goes with it."""

from __future__ import annotations

from pathlib import Path

from local_cloud.daemon.removal import remove
from local_cloud.runtime.files.private_directories import socket_directory


def test_sockets_outside_go_with_the_state_directory(tmp_path: Path) -> None:
    state = tmp_path / ("d" * 100)
    outside = [socket_directory(state / part / "sockets") for part in ("object-storage", "postgres/server")]
    (outside[0] / "s3.sock").touch()
    remove(state)
    assert [path.exists() for path in (state, *outside)] == [False] * 3
