"""`ignition preview STACK --state FILE`: a real diff, without the secrets and without whoever keeps them."""

import json

import pytest

from tests.integration.preview.programs import SERVER, VAULT, project
from tests.support.exported_states import write_state

LOGIN = {"name": "psql-trial", "login": "ignition"}


@pytest.fixture
def exported(ignition, tmp_path):
    """A program's project, and the state it would leave behind."""

    def make(program):
        where = project(tmp_path / "project", program)
        ran = ignition("preview", "dev", "--json", cwd=where)
        assert ran.code == 0, ran.everything
        return where, write_state(tmp_path / "state.json", json.loads(ran.out)["steps"])

    return make


def test_a_state_of_the_same_program_is_unchanged_and_says_what_was_not_compared(ignition, exported):
    where, state = exported(SERVER.format(**LOGIN))
    before = state.read_bytes()
    ran = ignition("preview", "dev", "--state", str(state), cwd=where)
    assert ran.code == 0, ran.everything
    assert "3 unchanged" in ran.closing_line
    assert "1 secret is not in the exported state and not compared" in ran.err
    assert state.read_bytes() == before


def test_a_change_of_the_program_is_a_change_of_the_preview(ignition, exported):
    where, state = exported(SERVER.format(**LOGIN))
    project(where, SERVER.format(**LOGIN).replace('"storage_size_gb": 32', '"storage_size_gb": 64'))
    ran = ignition("preview", "dev", "--state", str(state), "--diff", cwd=where)
    assert ran.code == 0, ran.everything
    assert "1 to update, 2 unchanged" in ran.closing_line
    assert "storageSizeGB: 32 => 64" in ran.out


def test_a_create_only_property_replaces(ignition, exported):
    where, state = exported(SERVER.format(**LOGIN))
    project(where, SERVER.format(name="psql-other", login="ignition"))
    ran = ignition("preview", "dev", "--state", str(state), cwd=where)
    assert "1 to replace, 2 unchanged" in ran.closing_line


def test_what_the_program_no_longer_has_is_deleted(ignition, exported):
    where, state = exported(VAULT.format(sku="standard"))
    project(where, VAULT.format(sku="standard").split("azure.keyvault.Vault")[0])
    ran = ignition("preview", "dev", "--state", str(state), cwd=where)
    assert "1 to delete, 2 unchanged" in ran.closing_line


def test_a_state_of_another_stack_is_refused_by_name(ignition, exported):
    where, state = exported(VAULT.format(sku="standard"))
    state.write_text(state.read_text().replace("urn:pulumi:dev::", "urn:pulumi:prod::"))
    ran = ignition("preview", "dev", "--state", str(state), cwd=where)
    assert ran.code == 1
    assert "is the state of stack 'prod' of project 'trial', not of stack 'dev'" in ran.err


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"deployment": []}', '{"deployment": {"resources": [1]}}'])
def test_a_file_that_is_no_state_is_refused_with_how_to_export_one(ignition, tmp_path, content):
    where = project(tmp_path / "project", VAULT.format(sku="standard"))
    (tmp_path / "state.json").write_text(content)
    ran = ignition("preview", "dev", "--state", str(tmp_path / "state.json"), cwd=where)
    assert ran.code == 1
    assert "pulumi stack export --stack dev --file state.json" in ran.err
    assert "Traceback" not in ran.everything


def test_the_stacks_own_secrets_provider_is_never_contacted(ignition, exported, nobody):
    where, state = exported(SERVER.format(**LOGIN))
    project(
        where,
        SERVER.format(**LOGIN) + 'pulumi.Config().require("key")\n',
        {"trial:key": {"secure": "v1:8h2:abcdef"}},
        secretsprovider="azurekeyvault://kv-nowhere.vault.azure.net/keys/pulumi",
        encryptedkey="Zm9yZWlnbg==",
        encryptionsalt="v1:foreign:v1:foreign:foreign",
    )
    ran = ignition("preview", "dev", "--state", str(state), cwd=where, **nobody.proxies)
    assert ran.code == 0, ran.everything
    assert nobody.contacts == 0
