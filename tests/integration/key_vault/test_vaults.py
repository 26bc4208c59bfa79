"""Several vaults behind one port, and what the resource manager refuses."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError
from azure.core.rest import HttpRequest

from local_cloud.services.identity.backend import Principal
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_ADMINISTRATOR
from local_cloud.services.key_vault.backend import KeyVaultRefusal
from tests.integration.key_vault.platform import GROUP, TENANT, Platform


def test_two_vaults_keep_their_secrets_apart(platform: Platform) -> None:
    platform.vault("kv-other")
    platform.administrator().set_secret("A", "one")
    platform.administrator("kv-other").set_secret("A", "two")
    assert (
        platform.administrator().get_secret("A").value,
        platform.administrator("kv-other").get_secret("A").value,
    ) == ("one", "two")


def test_a_role_over_one_vault_does_not_open_the_other(platform: Platform) -> None:
    other = platform.vault("kv-other")
    somebody = platform.identity_of("somebody", KEY_VAULT_ADMINISTRATOR, other.resource_id)
    platform.token_client(somebody, "kv-other").set_secret("A", "v")
    with pytest.raises(HttpResponseError, match="not authorized"):
        platform.token_client(somebody).set_secret("A", "v")


def test_the_only_vault_answers_at_localhost(platform: Platform) -> None:
    url = f"https://localhost:{platform.ports[2]}"
    client = platform.administrator(vault_url=url, verify_challenge_resource=False)
    assert client.set_secret("A", "v").id == f"{url}/secrets/A/{client.get_secret('A').properties.version}"


def test_localhost_names_no_vault_when_there_are_two(platform: Platform) -> None:
    platform.vault("kv-other")
    client = platform.administrator(vault_url=f"https://localhost:{platform.ports[2]}", verify_challenge_resource=False)
    with pytest.raises(HttpResponseError, match=r"https://kv-ignition\.vault\.localhost:\d+, https://kv-other"):
        client.get_secret("A")


def test_a_vault_that_is_not_there_is_not_found(platform: Platform) -> None:
    with pytest.raises(HttpResponseError, match="The vault 'kv-none' was not found"):
        platform.administrator("kv-none").get_secret("A")


def test_a_deleted_vault_does_not_answer_and_a_recovered_one_has_its_secrets(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v")
    platform.key_vault.vaults.delete("kv-ignition")
    with pytest.raises(HttpResponseError, match="not found"):
        client.get_secret("A")
    platform.key_vault.vaults.recover("kv-ignition")
    assert client.get_secret("A").value == "v"


def test_keys_are_said_to_be_missing_rather_than_empty(platform: Platform) -> None:
    answer = platform.administrator().send_request(HttpRequest("GET", "/keys?api-version=7.4"))
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        404,
        "The local Key Vault has no GET /keys: it has secrets, not keys or certificates.",
    )


def test_a_secret_s_address_is_understood(platform: Platform) -> None:
    secret = platform.key_vault.secrets.put(platform.key_vault.vaults.get("kv-ignition"), "A", "v")
    address = platform.key_vault.address(platform.key_vault.secret_uri("kv-ignition", secret))
    assert (address.vault.name, address.name, address.version) == ("kv-ignition", "A", secret.version)


def test_an_address_without_a_version_means_the_current_one(platform: Platform, reader: Principal) -> None:
    vault = platform.key_vault.vaults.get("kv-ignition")
    secret = platform.key_vault.secrets.put(vault, "A", "one")
    platform.key_vault.secrets.put(vault, "A", "two")
    uri = platform.key_vault.secret_uri("kv-ignition", secret, version=False)
    assert platform.key_vault.get_as(reader.principal_id, uri).value == "two"


@pytest.mark.parametrize(
    "uri", ["http://kv.vault.localhost/secrets/A", "https://kv.vault.localhost/keys/A", "https://kv.vault.localhost/"]
)
def test_something_else_than_a_secret_s_address_is_refused(platform: Platform, uri: str) -> None:
    with pytest.raises(KeyVaultRefusal, match=r"is not a secret's address: write https://VAULT/secrets/NAME"):
        platform.key_vault.address(uri)


def test_a_taken_port_is_named(platform: Platform) -> None:
    second = Platform.__new__(Platform)
    second.directory = platform.directory / "second"
    second.ports = platform.ports
    with pytest.raises(Exception, match=rf"cannot listen on 127\.0\.0\.1:{platform.ports[0]}: Address already in use"):
        second.open()
    second.close()


def test_a_stopped_vault_does_not_answer_and_a_started_one_does(platform: Platform) -> None:
    client = platform.administrator(retry_total=0)
    client.set_secret("A", "v")
    platform.key_vault.stop()
    with pytest.raises(ServiceRequestError):
        client.get_secret("A")
    platform.key_vault.start()
    assert client.get_secret("A").value == "v"


def test_tenant_and_location_of_a_vault_can_change(platform: Platform) -> None:
    platform.key_vault.vaults.create(
        "kv-ignition",
        resource_id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-ignition",
        tenant_id=TENANT,
        location="northeurope",
    )
    assert platform.key_vault.vaults.get("kv-ignition").location == "northeurope"
