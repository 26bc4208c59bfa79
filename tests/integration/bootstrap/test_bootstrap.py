"""The bootstrap program through the real engine: previewed, refused, and its state moved by the real command line."""

import json
import os
import shutil
import subprocess

import pytest
import yaml

from bootstrap.config import KEY
from local_cloud.engine.pulumi_cli import find_pulumi
from tests.support.ignition_command import ROOT

BY_TYPES_ONLY = {
    "azure-native:authorization:RoleDefinition",
    "azure-native:storage:BlobContainer",
    "azure-native:storage:BlobServiceProperties",
    "azure-native:storage:StorageAccount",
    "azuread:index/group:Group",
}

SECRET = ("4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270")


@pytest.fixture
def changed(tmp_path):
    """The program in a directory of its own, with some of its settings changed."""

    def change(**settings):
        shutil.copytree(ROOT / "bootstrap", tmp_path / "bootstrap", ignore=shutil.ignore_patterns("__pycache__"))
        project = yaml.safe_load((ROOT / "bootstrap/Pulumi.yaml").read_text())
        (tmp_path / "bootstrap/Pulumi.yaml").write_text(yaml.safe_dump({**project, "runtime": "python"}))
        stack = yaml.safe_load((ROOT / "bootstrap/Pulumi.bootstrap.yaml").read_text())
        stack["config"][KEY] |= settings
        (tmp_path / "bootstrap/Pulumi.bootstrap.yaml").write_text(yaml.safe_dump(stack))
        return tmp_path / "bootstrap"

    return change


def test_the_committed_program_previews_without_a_refusal(ignition):
    ran = ignition("preview", "bootstrap", "--json", cwd=ROOT / "bootstrap")
    document = json.loads(ran.out)
    assert ran.code == 0, ran.everything
    assert (document["refusals"], document["warnings"], document["policies"]) == ([], [], [])
    assert {each["token"] for each in document["checkedByTypesOnly"]} == BY_TYPES_ONLY


def test_wrong_settings_are_refused_before_anything_is_registered(ignition, changed):
    ran = ignition("preview", "bootstrap", cwd=changed(storage_account="St-Ignition", location="Sweden Central"))
    assert ran.code == 1
    assert "2 problems in the stack's configuration" in ran.everything
    assert f"{KEY}.storage_account is 'St-Ignition', which is not 3 to 24 lower-case letters" in ran.everything
    assert "Traceback" not in ran.everything
    assert "azure-native:" not in ran.everything


def _with_secret_output(exported, name, value):
    """An exported state with a stack that has a secret output, in clear for the import to encrypt."""
    root = {
        "urn": "urn:pulumi:bootstrap::trial::pulumi:pulumi:Stack::trial-bootstrap",
        "custom": False,
        "type": "pulumi:pulumi:Stack",
        "outputs": {name: {SECRET[0]: SECRET[1], "plaintext": json.dumps(value)}},
    }
    document = json.loads(exported)
    document["deployment"]["resources"] = [root]
    return json.dumps(document)


def test_a_state_is_moved_with_its_secrets_and_a_second_move_overwrites_nothing(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "trial", "runtime": "python"}))
    backends = {name: f"file://{tmp_path / name}" for name in ("old", "new")}
    for name in backends:
        (tmp_path / name).mkdir()
    cli = find_pulumi()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")},
        "PATH": f"{cli.parent}:{os.environ['PATH']}",
        "PULUMI_CONFIG_PASSPHRASE": "trial",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_HOME": str(tmp_path / "home"),
    }

    def run(*command, backend="new"):
        return subprocess.run(
            command,
            cwd=project,
            env={**environment, "PULUMI_BACKEND_URL": backends[backend]},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("pulumi", "stack", "init", "bootstrap", backend="old").returncode == 0
    exported = run("pulumi", "stack", "export", "--stack", "bootstrap", backend="old").stdout
    (tmp_path / "made.json").write_text(_with_secret_output(exported, "token", "s3cr3t-value"))
    made = run(
        "pulumi", "stack", "import", "--stack", "bootstrap", "--file", str(tmp_path / "made.json"), backend="old"
    )
    assert made.returncode == 0, made.stdout + made.stderr

    move = (ROOT / "bootstrap/move-state", "bootstrap", backends["old"], backends["new"])
    moved = run(*move)
    assert moved.returncode == 0, moved.stdout + moved.stderr
    assert "Import complete." in moved.stdout
    assert f"The state of bootstrap is at {backends['new']}" in moved.stdout
    assert "s3cr3t-value" not in moved.stdout + moved.stderr
    shown = run("pulumi", "stack", "output", "token", "--show-secrets", "--stack", "bootstrap")
    assert shown.stdout.strip() == "s3cr3t-value"
    (state,) = (tmp_path / "new").rglob("stacks/**/bootstrap.json")
    assert "s3cr3t-value" not in state.read_text()

    before = state.read_bytes()
    again = run(*move)
    assert again.returncode != 0
    assert "already exists" in again.stderr
    assert state.read_bytes() == before
