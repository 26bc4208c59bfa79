"""The stack in the state directory, as the real engine sees it; without resources, so that no provider is needed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud.background import Address
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import ensure_stack, stack_environment


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: sample\nruntime: yaml\n")
    (project / "Pulumi.local.yaml").write_text("config:\n  sample:size: small\n")
    return Settings(stack="sample/local", project=str(project), zone="ecent.test")


@pytest.fixture
def pulumi(tmp_path: Path, settings: Settings) -> Callable[..., subprocess.Popen[str]]:
    """Starts a Pulumi on the stack."""
    environment = stack_environment(tmp_path / "state", Address(1, 1, "", {"providers": ""}), settings)
    for attached in ("PULUMI_DEBUG_PROVIDERS", "PULUMI_DEBUG_LANGUAGES"):
        del environment[attached]

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", *arguments],
            env=environment,
            cwd=settings.project,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    return start


def test_a_new_stack_is_selected_and_empty(
    tmp_path: Path, settings: Settings, pulumi: Callable[..., subprocess.Popen[str]]
) -> None:
    ensure_stack(tmp_path / "state", settings)
    said, _ = pulumi("stack", "ls", "--json").communicate()
    assert '"name": "local",\n    "current": true' in said


def test_its_passphrase_encrypts_and_decrypts(
    tmp_path: Path, settings: Settings, pulumi: Callable[..., subprocess.Popen[str]]
) -> None:
    copy = str(ensure_stack(tmp_path / "state", settings))
    said, _ = pulumi("config", "set", "--secret", "word", "hush", "--config-file", copy).communicate()
    assert "hush" not in Path(copy).read_text(), said
    assert pulumi("config", "get", "word", "--config-file", copy).communicate()[0] == "hush\n"


def test_an_engine_that_was_killed_does_not_lock_the_next_one_out(
    tmp_path: Path, settings: Settings, pulumi: Callable[..., subprocess.Popen[str]]
) -> None:
    state = tmp_path / "state"
    copy = str(ensure_stack(state, settings))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    lock = {"pid": ended.pid, "username": "me", "hostname": socket.gethostname(), "timestamp": "2026-11-24T13:58:13Z"}
    file = state / "pulumi" / ".pulumi" / "locks" / "organization" / "sample" / "local" / f"{uuid.uuid4()}.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(lock))
    refused, _ = pulumi("refresh", "--yes", "--config-file", copy).communicate()
    assert "currently locked" in refused
    ensure_stack(state, settings)
    following = pulumi("refresh", "--yes", "--config-file", copy)
    said, _ = following.communicate()
    assert following.returncode == 0, said
