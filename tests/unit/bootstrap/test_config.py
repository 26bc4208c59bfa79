"""The settings of the bootstrap program, and what is wrong with them."""

import pytest

from bootstrap.config import KEY, parse, placeholders
from infra.config import ConfigError
from tests.unit.bootstrap.samples import text

GUID = "00000000-0000-0000-0000-000000000000"


def test_the_committed_settings_are_right():
    assert set(parse(text()).stacks) == {"dev", "prod"}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"storage_account": "St-Ignition"}, "storage_account is 'St-Ignition', which is not 3 to 24 lower-case"),
        ({"key_vault": "kv_state"}, "key_vault is 'kv_state', which is not 3 to 24 letters"),
        ({"key_vault": "kv--state"}, "key_vault is 'kv--state', which is not 3 to 24 letters"),
        ({"subscription_id": "mine"}, "subscription_id is 'mine', which is not a GUID"),
        ({"github": {"repository": "ignition"}}, "github.repository is 'ignition', which is not OWNER/NAME"),
        ({"github": {"repository": "a/b", "owner_id": "1"}}, "has only one of owner_id and repository_id"),
        ({"storage_acount": "x"}, "storage_acount is not a key of this program"),
        ({"administrators": []}, "administrators is []: "),
        ({"stacks": {}}, "stacks is {}: "),
        ({"stacks": {"bootstrap": {"subscription_id": GUID}}}, "is the name of this program's own stack"),
        ({"stacks": {"Prod-1": {"subscription_id": GUID}}}, "is 'Prod-1', which is not the name of a stack"),
        ({"stacks": {"prod": {}}}, "stacks.prod.subscription_id is missing"),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(values, problem):
    with pytest.raises(ConfigError) as refused:
        parse(text(**values))
    assert problem in str(refused.value)


def test_every_problem_is_named_at_once():
    with pytest.raises(ConfigError) as refused:
        parse(text(location="Sweden Central", tenant_id="x"))
    assert str(refused.value).startswith("2 problems in the stack's configuration:")


def test_settings_that_are_no_mapping_are_refused():
    with pytest.raises(ConfigError, match="is not a mapping of keys"):
        parse("none")


def test_each_placeholder_is_named_with_the_command_that_replaces_it():
    found = {each.key.removeprefix(f"{KEY}."): each.text for each in placeholders(parse(text()))}
    assert set(found) == {
        "subscription_id",
        "tenant_id",
        "administrators[0]",
        "cloudflare.account_id",
        "cloudflare.zone_id",
        "stacks.dev.subscription_id",
        "stacks.prod.subscription_id",
    }
    command = f"pulumi config set --stack bootstrap --path '{KEY}.cloudflare.zone_id' VALUE"
    assert found["cloudflare.zone_id"] == f"is still a placeholder. Run: {command}"
