"""`ignition attach -- COMMAND`: anything runs attached, and nothing can be made, changed or deleted."""

import json

import pytest
import yaml

from tests.integration.preview.programs import GROUP, SERVER, project

ONLY_PLAN = "these providers only plan: they answer previews and refuse to make, change or delete anything"


@pytest.fixture
def pulumi(ignition, tmp_path):
    """`ignition attach -- pulumi ...` in a project with a backend of its own."""
    environment = {
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }
    (tmp_path / "backend").mkdir()
    where = project(tmp_path / "project", GROUP)

    def run(*arguments):
        return ignition("attach", "--", "pulumi", *arguments, cwd=where, **environment)

    assert run("stack", "init", "dev", "--non-interactive").code == 0
    return run


def test_a_plain_preview_is_checked(ignition, pulumi, tmp_path):
    project(tmp_path / "project", SERVER.format(name="Bad_Name", login="ignition"), encryptionsalt=_salt(tmp_path))
    ran = pulumi("preview", "--stack", "dev", "--non-interactive")
    assert ran.code != 0
    assert "serverName" in ran.everything
    assert "'Bad_Name'" in ran.everything


def test_a_preview_of_a_good_program_passes(pulumi):
    ran = pulumi("preview", "--stack", "dev", "--non-interactive")
    assert ran.code == 0, ran.everything


def test_an_up_is_refused(pulumi):
    ran = pulumi("up", "--yes", "--stack", "dev", "--non-interactive")
    assert ran.code != 0
    assert ONLY_PLAN in ran.everything
    assert "ignition up" in ran.everything


@pytest.mark.parametrize("verb", [("destroy", "--yes"), ("refresh", "--yes")])
def test_existing_resources_are_neither_destroyed_nor_refreshed(pulumi, tmp_path, verb):
    _import_group(pulumi, tmp_path)
    ran = pulumi(*verb, "--stack", "dev", "--non-interactive")
    assert ran.code != 0, ran.everything
    assert ONLY_PLAN in ran.everything


def test_the_attached_command_has_the_engine_first_on_its_path(ignition, tmp_path):
    ran = ignition("attach", "--", "sh", "-c", "command -v pulumi; echo $PULUMI_DEBUG_PROVIDERS", cwd=tmp_path)
    found, providers = ran.out.splitlines()
    assert found.endswith("/pulumi")
    assert {each.split(":")[0] for each in providers.split(",")} >= {"azure-native", "cloudflare", "random"}


def test_the_exit_code_of_the_command_is_its_own(ignition, tmp_path):
    assert ignition("attach", "--", "sh", "-c", "exit 7", cwd=tmp_path).code == 7


def test_a_command_that_does_not_exist_is_named(ignition, tmp_path):
    ran = ignition("attach", "--", "pulumy", "preview", cwd=tmp_path)
    assert ran.code == 1
    assert "there is no command 'pulumy'" in ran.err


def _salt(tmp_path):
    return yaml.safe_load((tmp_path / "project" / "Pulumi.dev.yaml").read_text())["encryptionsalt"]


def _import_group(pulumi, tmp_path):
    """A state with the group in it, as if the real providers had made it."""
    exported = tmp_path / "state.json"
    assert pulumi("stack", "export", "--stack", "dev", "--file", str(exported)).code == 0
    document = json.loads(exported.read_text())
    provider = "urn:pulumi:dev::trial::pulumi:providers:azure-native::default_3_29_0"
    document["deployment"]["resources"] = [
        {
            "urn": provider,
            "custom": True,
            "id": "8e9a2f6e-8c0e-4b0a-9a5e-0d6b0f4d1c11",
            "type": "pulumi:providers:azure-native",
        },
        {
            "urn": "urn:pulumi:dev::trial::azure-native:resources:ResourceGroup::main",
            "custom": True,
            "id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-trial",
            "type": "azure-native:resources:ResourceGroup",
            "inputs": {"location": "westeurope", "resourceGroupName": "rg-trial"},
            "outputs": {"location": "westeurope", "name": "rg-trial"},
            "provider": f"{provider}::8e9a2f6e-8c0e-4b0a-9a5e-0d6b0f4d1c11",
        },
    ]
    exported.write_text(json.dumps(document))
    assert pulumi("stack", "import", "--stack", "dev", "--file", str(exported)).code == 0
