"""Exported states, read without their secrets."""

import json

import pytest

from local_cloud.plan.exported_state import StateError, read
from local_cloud.plan.throwaway import REDACTED

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:c2VjcmV0"}
URN = "urn:pulumi:prod::ignition::azure-native:keyvault:Secret::kv"


def _write(path, **resource):
    document = {
        "version": 3,
        "deployment": {
            "secrets_providers": {"type": "azblob"},
            "resources": [{"urn": URN, "inputs": {"a": SECRET, "b": [SECRET, 1]}, **resource}],
        },
    }
    path.write_text(json.dumps(document))
    return path


def test_every_ciphertext_becomes_a_marker_and_is_counted(tmp_path):
    state = read(_write(tmp_path / "state.json"), "ignition", "prod")
    assert state.redacted == 2
    assert state.resources[0]["inputs"]["a"] == {SIGNATURE: SECRET[SIGNATURE], "plaintext": json.dumps(REDACTED)}
    assert "c2VjcmV0" not in json.dumps(state.resources)


def test_the_file_itself_is_left_as_it_was(tmp_path):
    file = _write(tmp_path / "state.json")
    file.chmod(0o400)
    before = file.read_bytes()
    read(file, "ignition", "prod")
    assert file.read_bytes() == before


@pytest.mark.parametrize(("project", "stack"), [("other", "prod"), ("ignition", "dev")])
def test_a_state_of_another_project_or_stack_is_refused_by_name(tmp_path, project, stack):
    says = f"is the state of stack 'prod' of project 'ignition', not of stack '{stack}' of project '{project}'"
    with pytest.raises(StateError, match=says):
        read(_write(tmp_path / "state.json"), project, stack)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deployment": 3}'])
def test_a_file_that_is_no_state_is_refused_with_the_command_that_exports_one(tmp_path, text):
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(StateError, match=r"pulumi stack export --stack prod --file state\.json"):
        read(file, "ignition", "prod")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StateError, match="cannot be read"):
        read(tmp_path / "none.json", "ignition", "prod")
