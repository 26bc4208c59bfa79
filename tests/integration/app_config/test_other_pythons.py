"""The library on every Python version that has an environment here; see `tests.support.other_pythons`."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.support.other_pythons import ROOT, VERSIONS, environment_of, interpreter

# What needs neither the local cloud nor a type checker.
SMOKE = (
    "contract",
    "rules",
    "loading",
    "dotenv",
    "exports",
    "snapshot",
    "stacks",
    "fetching",
    "credentials",
    "command",
    "reference",
)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_library_works_on_another_python(version: str) -> None:
    if interpreter(version) is None:
        pytest.skip(f"Python {version} is not on this machine")
    python = environment_of(version)
    if not python.exists():
        pytest.skip(f"there is no environment of Python {version}: make it, `python -m tests.support.other_pythons`")
    tests = [f"tests/unit/app_config/test_{name}.py" for name in SMOKE]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "VIRTUAL_ENV"))}
    argv = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, cwd=ROOT, env=environ)
    assert done.returncode == 0, done.stdout[-4000:]
