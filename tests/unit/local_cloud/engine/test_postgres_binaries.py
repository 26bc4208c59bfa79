"""PostgreSQL's programs are taken together or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.engine.binaries import Cache, Unavailable
from local_cloud.engine.postgres_binaries import POSTGRES


def _install(directory: Path, *programs: str) -> None:
    for name in programs:
        program = directory / name
        program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.4'\n")
        program.chmod(0o755)


def test_an_installed_server_with_its_clients_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, "postgres", "initdb", "psql", "pg_dump")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    found = POSTGRES.sources[0].find(POSTGRES, Cache(tmp_path / "cache"), print)
    assert (found.path, found.version) == (tmp_path / "postgres", "17.4")


def test_an_installed_server_without_its_clients_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path, "postgres", "initdb")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(Unavailable, match="has no psql and no pg_dump"):
        POSTGRES.sources[0].find(POSTGRES, Cache(tmp_path / "cache"), print)
