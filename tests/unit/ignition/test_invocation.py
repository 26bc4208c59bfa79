"""What a message tells people to type can be typed."""

import sys
from pathlib import Path

import pytest

from ignition.invocation import typed


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation in `.venv` of the current directory, with nothing on the PATH."""
    command = tmp_path / ".venv" / "bin" / "ignition"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(command.with_name("python")))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return command


def test_a_command_that_is_not_on_the_path_is_named_from_here(own: Path) -> None:
    assert typed("open console") == ".venv/bin/ignition open console"


def test_elsewhere_it_is_named_in_full(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = own.parents[2] / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert typed("up") == f"{own} up"


def test_on_the_path_its_name_is_enough(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(own.parent))
    assert typed("up") == "ignition up"


def test_another_installation_on_the_path_is_not_taken_for_it(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = own.parents[2] / "other"
    other.mkdir()
    (other / "ignition").write_text("#!/bin/sh\n")
    (other / "ignition").chmod(0o755)
    monkeypatch.setenv("PATH", str(other))
    assert typed("up") == ".venv/bin/ignition up"
