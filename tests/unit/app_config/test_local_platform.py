"""The endpoint file of the local platform, as `app_config` reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app_config import Settings, SettingsError, StackOutputs, load
from app_config.local_platform import FILE, endpoint_file, local_platform
from app_config.problems import StackError
from ignition.state import default_state

HEADER = "mark-of-the-header"


def document(**changed: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "pid": os.getpid(),
        "stack": "local",
        "project": "/p",
        "engine": {"program": "/bin/pulumi", "environment": {"PULUMI_HOME": "/h"}},
        "authority": {"ca_file": "/ca.pem", "environment": {}},
        "identity": {"endpoint": "http://127.0.0.1:1/msi", "header": HEADER},
        "apps": {"api": {"identity": None, "variables": {"SERVER_HOST": "127.0.0.1"}, "environment": {}}},
    } | changed


def written(directory: Path, content: object, *, mode: int = 0o600) -> Path:
    file = directory / FILE
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    file.chmod(mode)
    return file


def test_it_says_where_everything_is_and_hides_the_headers(tmp_path: Path) -> None:
    found = local_platform(written(tmp_path, document()))
    assert (found.engine, found.apps["api"].variables) == ("/bin/pulumi", {"SERVER_HOST": "127.0.0.1"})
    assert found.identity.header == HEADER
    assert HEADER not in repr(found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is damaged. Run `ignition down`, then `ignition up`"),
        ("[]", "is damaged"),
        (document(engine=None), "is damaged"),
        (document(apps=[]), "is damaged"),
        (document(version=2), "has version 2 for stack 'local', and this app_config reads version 1"),
        (document(stack="dev"), "for stack 'dev'"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(StackError, match=said):
        local_platform(written(tmp_path, content))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_can_read_or_write_is_not_used(tmp_path: Path, mode: int) -> None:
    with pytest.raises(StackError, match="is not a file that only you can read and write"):
        local_platform(written(tmp_path, document(), mode=mode))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / FILE).symlink_to(written(tmp_path / "real", document()))
    with pytest.raises(StackError, match="cannot be read"):
        local_platform(tmp_path / FILE)


def test_a_platform_that_was_killed_is_said_not_to_run(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with pytest.raises(StackError, match="does not run"):
        local_platform(written(tmp_path, document(pid=ended.pid)))


def test_no_platform_is_a_problem_of_the_stack_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IGNITION_STATE_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match="no local platform runs"):
        load(Settings, StackOutputs(stack="local"))


@pytest.mark.parametrize(
    "environ", [{"XDG_STATE_HOME": "/s"}, {"IGNITION_STATE_DIR": "/d", "XDG_STATE_HOME": "/s"}, {}]
)
def test_it_is_looked_for_where_ignition_keeps_its_state(environ: dict[str, str]) -> None:
    assert endpoint_file(environ).parent == default_state(environ)
