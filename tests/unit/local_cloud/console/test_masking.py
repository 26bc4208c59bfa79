import pytest

from local_cloud.console.masking import MASK, shown_inputs, shown_outputs
from local_cloud.console.stack_state import Node

ENCRYPTED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


def node(type_="azure-native:app:ContainerApp", inputs=None, outputs=None, secret_outputs=()):
    return Node(
        urn=f"urn:pulumi:local::ignition::{type_}::thing",
        type=type_,
        id="id",
        parent=None,
        dependencies=(),
        protect=False,
        created=None,
        modified=None,
        inputs=inputs or {},
        outputs=outputs or {},
        secret_outputs=secret_outputs,
    )


def test_what_the_engine_encrypted_is_masked_wherever_it_is():
    shown = shown_inputs(node(inputs={"a": [{"b": ENCRYPTED}], "c": ENCRYPTED, "d": "plain"}))
    assert shown == {"a": [{"b": MASK}], "c": MASK, "d": "plain"}


@pytest.mark.parametrize(
    "name",
    [
        "value",
        "administratorLoginPassword",
        "client_secret",
        "privateKeyPem",
        "certRequestPem",
        "apiToken",
        "connectionString",
        "secretAccessKey",
        "primarySharedKey",
        "passwords",
        "PRIVATE_KEY",
    ],
)
def test_a_property_named_like_a_secret_is_masked(name):
    assert shown_inputs(node(inputs={"properties": {name: "hunter22"}})) == {"properties": {name: MASK}}


@pytest.mark.parametrize("name", ["name", "keyVaultUrl", "secretRef", "tokenEndpoint", "publicNetworkAccess", "key"])
def test_other_properties_are_shown(name):
    assert shown_inputs(node(inputs={name: "words"})) == {name: "words"}


@pytest.mark.parametrize("value", ["https://kv.vault.azure.net/secrets/SESSION-SECRET/0123abcd", True, None])
def test_what_cannot_be_secret_is_shown_under_any_name(value):
    assert shown_outputs(node(outputs={"session_secret": value})) == {"session_secret": value}


def test_an_address_with_more_in_it_is_masked():
    assert shown_outputs(node(outputs={"secret": "https://me:word@host/secrets/a"})) == {"secret": MASK}


def test_a_setting_of_a_zone_shows_its_value():
    zone_setting = node("cloudflare:index/zoneSetting:ZoneSetting", inputs={"settingId": "ssl", "value": "strict"})
    assert shown_inputs(zone_setting)["value"] == "strict"


def test_outputs_that_a_type_or_a_program_declares_secret_are_masked():
    token = node(
        "cloudflare:index/accountToken:AccountToken", outputs={"value": "t", "label": "l"}, secret_outputs=("label",)
    )
    assert shown_outputs(token) == {"value": MASK, "label": MASK}


def test_of_random_values_and_keys_only_what_went_in_is_shown():
    made = {"length": 40, "result": "abc", "bcryptHash": "x", "new": "y"}
    assert shown_outputs(node("random:index/randomPassword:RandomPassword", {"length": 40}, made)) == {
        "length": 40,
        "result": MASK,
        "bcryptHash": MASK,
        "new": MASK,
    }


def test_the_engines_own_fields_are_left_out():
    assert shown_outputs(node(outputs={"__inputs": {"a": 1}, "name": "n"})) == {"name": "n"}
