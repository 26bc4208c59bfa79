from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest
import yaml

from local_cloud.background import Address
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import ensure_stack, stack_environment
from local_cloud.plan.throwaway import StackError

GONE = 4_194_304  # above every pid of Linux and macOS


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: sample\nruntime: yaml\n")
    (project / "Pulumi.local.yaml").write_text("config:\n  sample:database: {port: 5432, size: small}\n")
    return Settings(stack="sample/local", project=str(project), zone="ecent.test")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def _checkpoint(state: Path) -> Path:
    return state / "pulumi" / ".pulumi" / "stacks" / "sample" / "local.json"


def _lock(state: Path, text: str) -> Path:
    file = state / "pulumi" / ".pulumi" / "locks" / "organization" / "sample" / "local" / "0.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_what_is_there_already_is_kept(state: Path, settings: Settings) -> None:
    ensure_stack(state, settings)
    _checkpoint(state).write_text('{"version": 3, "checkpoint": {"mine": true}}')
    first = (state / "passphrase").read_text()
    ensure_stack(state, settings)
    assert json.loads(_checkpoint(state).read_text())["checkpoint"] == {"mine": True}
    assert (state / "passphrase").read_text() == first


def test_the_stack_file_of_the_project_is_not_written_to(state: Path, settings: Settings) -> None:
    file = Path(settings.project) / "Pulumi.local.yaml"
    before = file.read_bytes()
    copy = yaml.safe_load(ensure_stack(state, settings).read_text())
    assert file.read_bytes() == before
    assert copy["encryptionsalt"].startswith("v1:")


def test_this_machines_values_are_in_the_copy(state: Path, settings: Settings) -> None:
    settings.overrides["sample:database"] = {"port": 25_432}
    copy = yaml.safe_load(ensure_stack(state, settings).read_text())
    assert copy["config"] == {"sample:database": {"port": 25_432, "size": "small"}}


def test_only_its_owner_reads_the_passphrase_and_the_state(state: Path, settings: Settings) -> None:
    ensure_stack(state, settings)
    for file in (state / "passphrase", _checkpoint(state)):
        assert file.stat().st_mode & 0o077 == 0


def test_a_lost_passphrase_is_not_replaced_by_one_that_opens_nothing(state: Path, settings: Settings) -> None:
    ensure_stack(state, settings)
    (state / "passphrase").unlink()
    with pytest.raises(StackError, match="cannot be decrypted; put it back, or start over with `ignition reset`"):
        ensure_stack(state, settings)


@pytest.mark.parametrize("text", ["damaged", "{ damaged }", "[]", "{}"])
def test_a_damaged_state_is_named_with_its_backup(state: Path, settings: Settings, text: str) -> None:
    ensure_stack(state, settings)
    file = _checkpoint(state)
    file.with_name("local.json.bak").write_bytes(file.read_bytes())
    file.write_text(text)
    with pytest.raises(StackError) as raised:
        ensure_stack(state, settings)
    assert f"`cp {file}.bak {file}`" in str(raised.value)
    assert file.read_text() == text


@pytest.mark.parametrize("text", [json.dumps({"pid": GONE, "hostname": socket.gethostname()}), "", '{"pid": '])
def test_the_lock_of_a_killed_engine_is_removed(state: Path, settings: Settings, text: str) -> None:
    lock = _lock(state, text)
    ensure_stack(state, settings)
    assert not lock.exists()


def test_the_lock_of_another_machine_stays(state: Path, settings: Settings) -> None:
    lock = _lock(state, json.dumps({"pid": GONE, "hostname": "another-machine"}))
    ensure_stack(state, settings)
    assert lock.exists()


def test_a_pid_that_is_another_program_by_now_holds_no_lock(state: Path, settings: Settings) -> None:
    lock = _lock(state, json.dumps({"pid": 1, "hostname": socket.gethostname()}))
    ensure_stack(state, settings)
    assert not lock.exists()


def test_the_users_own_pulumi_does_not_get_in_the_way(state: Path, settings: Settings) -> None:
    own = {
        "PATH": os.environ["PATH"],
        "PULUMI_CONFIG_PASSPHRASE": "theirs",
        "PULUMI_ACCESS_TOKEN": "pul-theirs",
        "PULUMI_BACKEND_URL": "https://api.pulumi.com",
        "PULUMI_STACK": "prod",
    }
    environment = stack_environment(state, Address(1, 2, "", {"providers": "random:3"}), settings, own)
    assert "theirs" not in " ".join(environment.values())
    assert environment["PULUMI_BACKEND_URL"] == f"file://{state}/pulumi"
    assert environment["PULUMI_STACK"] == "local"
    assert environment["PULUMI_DEBUG_PROVIDERS"] == "random:3"


def test_a_run_that_keeps_no_log_has_a_home_of_its_own(state: Path, settings: Settings) -> None:
    address = Address(1, 2, "", {"providers": ""})
    homes = [
        Path(stack_environment(state, address, settings, logged=logged)["PULUMI_HOME"]) for logged in (True, False)
    ]
    assert [(home / "logs").is_file() for home in homes] == [False, True]
