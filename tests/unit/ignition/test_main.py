"""The entry point: the version at once, a mistake as one message, a defect as a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from ignition import __main__, __version__, commands
from local_cloud.runtime.errors import BackendError

ROOT = Path(__file__).parents[3]


def _run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_version_is_told_without_importing_what_commands_need() -> None:
    program = (
        "import json, sys; sys.argv = ['ignition', '--version']; from ignition.__main__ import main; main(); "
        "print(json.dumps(sorted({'click', 'local_cloud', 'importlib.metadata', 'pathlib'} & set(sys.modules))))"
    )
    told, imported = _run(program).splitlines()
    assert told == CliRunner().invoke(commands.cli, ["--version"], prog_name="ignition").output.strip()
    assert json.loads(imported) == []


def test_the_version_is_that_of_the_installed_distribution() -> None:
    assert version("ignition-infrastructure") == __version__
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"] == ["version"]


def test_what_up_imports_before_its_run_leaves_out_what_only_other_commands_need() -> None:
    imported = set(_run("import sys, ignition.platform.up; print(*sys.modules)").split())
    assert {"infra.names", "rich.table"} <= imported
    assert imported & {"infra.config", "cryptography", "pulumi", "grpc"} == set()


def test_a_mistake_is_one_message_and_a_defect_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raised: Exception = BackendError("the part does not start; type `ignition up` again")

    def fails(**_: object) -> None:
        raise raised

    monkeypatch.setattr(sys, "argv", ["ignition", "status"])
    monkeypatch.setattr(commands, "cli", fails)
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "error: the part does not start; type `ignition up` again\n"
    raised = ZeroDivisionError("a defect")
    with pytest.raises(ZeroDivisionError):
        __main__.main()
