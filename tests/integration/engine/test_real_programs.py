"""The programs that this machine provides really run in their pinned versions."""

from __future__ import annotations

import subprocess

import pytest

from local_cloud.engine.all_programs import ALL
from local_cloud.engine.binaries import Binary, find, version_of
from local_cloud.engine.postgres_binaries import find_postgres


@pytest.mark.parametrize("binary", ALL, ids=lambda binary: binary.name)
def test_each_program_runs_and_its_version_fits(binary: Binary) -> None:
    found = find(binary)
    assert version_of(binary, found.path) == found.version
    assert binary.accepts(found.version)


@pytest.mark.parametrize("program", ["initdb", "psql", "pg_dump"])
def test_postgres_comes_with_the_programs_around_it(program: str) -> None:
    run = subprocess.run([find_postgres() / program, "--version"], capture_output=True, text=True, check=True)
    assert " 17." in run.stdout
