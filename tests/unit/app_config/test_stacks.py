"""The versioned `settings` output, and how it is found."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app_config import AdminSettings, Settings, SettingsError, StackOutputs, load
from app_config.problems import StackError
from app_config.stacks import app_outputs, saved_output, stack_output
from tests.unit.app_config.samples import PRODUCTION, outputs, plain


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            {"apps": {}},
            "the settings have no version; a release older than this app_config wrote them. Run `pulumi up`",
        ),
        ({"version": 2, "apps": {}}, "have version 2 and this app_config reads 1: it is older than the stack. Upgrade"),
        ({"version": 0, "apps": {}}, "have version 0 and this app_config reads 1: it is newer than the stack. Run"),
        ({"version": True, "apps": {}}, "have no version"),
        ({"version": 1}, "are damaged: `apps` is not an object"),
        ({"version": 1, "apps": {"web": {}}}, "the stack has no app `api` (apps: web)"),
        ({"version": 1, "apps": {"api": []}}, "are damaged: `api` is not an object"),
        ({"version": 1, "apps": {"api": {"values": {"SERVER_PORT": 80}}}}, "SERVER_PORT in `values` is not a string"),
        ("[secret]", "are hidden, because the output is marked secret"),
        (5, "`settings` is not an object"),
    ],
)
def test_outputs_that_cannot_be_read_say_why(output: object, said: str) -> None:
    with pytest.raises(StackError) as caught:
        app_outputs(output, "api")
    assert said in str(caught.value)


def test_each_app_has_its_own_settings(tmp_path: Path) -> None:
    values = {"API_PUBLIC_URL": "https://api.ecent.online", "APP_ENV": "production"}
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(outputs(values, {}, app="admin")))
    assert load(AdminSettings, StackOutputs(file=file)).api.public_url == "https://api.ecent.online"


@pytest.mark.parametrize("whole", [True, False])
def test_a_saved_file_may_have_all_outputs_or_this_one(tmp_path: Path, whole: bool) -> None:
    output = outputs({}, {})
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"settings": output, "apps": {"api": {"fqdn": "x"}}} if whole else output))
    assert saved_output(file) == output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        ("{", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ('{"url": 1}', "has no output `settings`"),
    ],
)
def test_a_saved_file_that_cannot_be_read_says_why(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "outputs.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(StackError, match=said):
        saved_output(file)


def problems(tmp_path: Path, output: dict[str, Any]) -> dict[str | None, str]:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(output))
    with pytest.raises(SettingsError) as caught:
        load(Settings, StackOutputs(file=file))
    return {problem.variable: problem.text for problem in caught.value.problems}


def test_a_secret_in_clear_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, outputs(PRODUCTION, {}))
    assert "is a secret and in clear in the outputs" in found["SESSION_SECRET"]


def test_an_address_that_is_none_is_named_by_its_variable(tmp_path: Path) -> None:
    found = problems(tmp_path, outputs(plain(PRODUCTION), {"SESSION_SECRET": "https://kv.example/keys/x"}))
    assert "is no secret's address" in found["SESSION_SECRET"]


def test_what_the_stack_does_not_bind_is_missing_there(tmp_path: Path) -> None:
    found = problems(tmp_path, outputs({}, {}))
    assert "bind it in the program and run `pulumi up`" in found["SESSION_SECRET"]
    assert "SERVER_PORT" not in found, "it has a default"


def test_stack_and_file_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="either `stack` or `file`"):
        StackOutputs(stack="dev", file="x")
    with pytest.raises(ValueError, match="either `stack` or `file`"):
        StackOutputs()


@pytest.fixture
def fake_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A `pulumi` on PATH that is a shell script, for what the real one does not do on demand."""
    script = tmp_path / "bin" / "pulumi"
    script.parent.mkdir()
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")

    def write(body: str) -> None:
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)

    return write


def test_the_cli_is_asked_for_this_output_only(fake_pulumi: Callable[[str], None], tmp_path: Path) -> None:
    fake_pulumi(f'echo "$@" > {tmp_path}/argv; echo \'{{"version": 1}}\'')
    assert stack_output("dev", tmp_path, time_limit_s=60) == {"version": 1}
    expected = "stack output settings --json --show-secrets --stack dev --non-interactive\n"
    assert (tmp_path / "argv").read_text() == expected


def test_what_the_cli_refuses_is_passed_on_with_the_command_to_try(
    fake_pulumi: Callable[[str], None], tmp_path: Path
) -> None:
    fake_pulumi("echo 'error: no stack named dev found' >&2; exit 255")
    with pytest.raises(StackError, match=r"no stack named dev found \(try `pulumi stack output settings --stack dev`"):
        stack_output("dev", tmp_path, time_limit_s=60)


def test_a_cli_that_hangs_is_given_up(fake_pulumi: Callable[[str], None], tmp_path: Path) -> None:
    fake_pulumi("exec sleep 60")
    with pytest.raises(StackError, match=r"gave no answer within 0.2 s. Check the state backend"):
        stack_output("dev", tmp_path, time_limit_s=0.2)


def test_a_cli_that_prints_something_else_is_named(fake_pulumi: Callable[[str], None], tmp_path: Path) -> None:
    fake_pulumi("echo hello")
    with pytest.raises(StackError, match="printed no JSON"):
        stack_output("dev", tmp_path, time_limit_s=60)


def test_a_project_that_is_not_there_is_named(fake_pulumi: Callable[[str], None], tmp_path: Path) -> None:
    fake_pulumi("true")
    with pytest.raises(StackError, match="Check --project"):
        stack_output("dev", tmp_path / "absent", time_limit_s=60)
