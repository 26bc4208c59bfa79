"""What the commands say when no local cloud runs."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ignition.platform.down import command as down
from ignition.platform.status import command as status


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("developer.exec", ["api", "--", "true"]),
        ("developer.logs", ["api"]),
        ("developer.open_", ["console"]),
        ("developer.psql", []),
        ("platform.pulumi", ["preview"]),
    ],
)
def test_a_command_that_needs_it_says_what_to_type(module: str, arguments: list[str], tmp_path: Path) -> None:
    command = importlib.import_module(f"ignition.{module}").command
    answer = CliRunner().invoke(command, ["--state-dir", str(tmp_path), *arguments])
    assert answer.exit_code == 1
    assert "`ignition up`" in answer.output


def test_status_has_the_same_shape_for_programs(tmp_path: Path) -> None:
    answer = CliRunner().invoke(status, ["--state-dir", str(tmp_path), "--json"])
    found = json.loads(answer.output)
    assert answer.exit_code == 1
    assert (found["state"], found["endpoints"], found["apps"], found["ca_file"]) == ("stopped", {}, [], None)


def test_status_knows_the_stack_of_a_stopped_one(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"stack": "ignition/local", "project": "/p", "zone": "ecent.test"}')
    found = json.loads(CliRunner().invoke(status, ["--state-dir", str(tmp_path), "--json"]).output)
    assert found["stack"] == "local"


def test_down_twice_is_no_error(tmp_path: Path) -> None:
    answer = CliRunner().invoke(down, ["--state-dir", str(tmp_path)])
    assert (answer.exit_code, "Nothing runs" in answer.output) == (0, True)


def test_a_damaged_record_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{ torn")
    command = importlib.import_module("ignition.platform.pulumi").command
    answer = CliRunner().invoke(command, ["--state-dir", str(tmp_path), "preview"])
    assert answer.exit_code == 1
    assert f"{tmp_path / 'settings.json'} is damaged" in answer.output
