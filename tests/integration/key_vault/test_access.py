"""Who gets in: 401 with a challenge, 403 in Azure's words, and roles over a vault or a single secret."""

from __future__ import annotations

import base64
import json
import ssl

import httpx
import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError
from azure.keyvault.secrets import SecretClient
from cryptography.hazmat.primitives.asymmetric import rsa

from local_cloud.services.identity.backend import Principal
from local_cloud.services.identity.backend.role_assignments import (
    KEY_VAULT_READER,
    KEY_VAULT_SECRETS_OFFICER,
    KEY_VAULT_SECRETS_USER,
)
from tests.integration.key_vault.platform import GROUP, TENANT, FixedToken, Platform

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-ignition"


@pytest.fixture
def _filled(platform: Platform) -> None:
    vault = platform.key_vault.vaults.get("kv-ignition")
    for name in ("DATABASE-URL", "STORAGE-KEY"):
        platform.key_vault.secrets.put(vault, name, "v")


def _ask(platform: Platform, **headers: str) -> httpx.Response:
    context = ssl.create_default_context(cafile=str(platform.ca.ca_file))
    with httpx.Client(verify=context) as client:
        return client.get(f"{platform.key_vault.uri('kv-ignition')}/secrets/A?api-version=7.4", headers=headers)


def test_a_request_without_a_token_is_told_where_to_get_one(platform: Platform) -> None:
    answer = _ask(platform)
    assert (answer.status_code, answer.headers["www-authenticate"], answer.json()["error"]["code"]) == (
        401,
        f'Bearer authorization="{platform.identity.authority}/{TENANT}", '
        f'resource="https://vault.localhost:{platform.ports[2]}"',
        "Unauthorized",
    )


@pytest.mark.parametrize("header", ["Basic dTpw", "Bearer", "Bearer nonsense", "Bearer a.b.c", "token"])
def test_something_else_than_a_token_is_refused(platform: Platform, header: str) -> None:
    assert _ask(platform, Authorization=header).status_code == 401


def test_a_token_signed_by_another_key_is_refused(platform: Platform, reader: Principal) -> None:
    claims = jwt.decode(platform.identity.token_for(reader), options={"verify_signature": False})
    forged = jwt.encode(claims, rsa.generate_private_key(public_exponent=65537, key_size=2048), algorithm="RS256")
    with pytest.raises(ClientAuthenticationError, match="Error validating token"):
        platform.client(FixedToken(forged)).get_secret("A")


def test_a_token_without_a_signature_is_refused(platform: Platform, reader: Principal) -> None:
    claims = jwt.decode(platform.identity.token_for(reader), options={"verify_signature": False})
    with pytest.raises(ClientAuthenticationError):
        platform.client(FixedToken(jwt.encode(claims, None, algorithm="none"))).get_secret("A")


def test_a_token_changed_after_signing_is_refused(platform: Platform, reader: Principal) -> None:
    head, body, signature = platform.identity.token_for(reader).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    claims["oid"] = platform.identity.developer.principal_id
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    with pytest.raises(ClientAuthenticationError):
        platform.client(FixedToken(f"{head}.{changed}.{signature}")).get_secret("A")


def test_a_token_for_another_service_is_refused(platform: Platform, reader: Principal) -> None:
    token = platform.identity.token_for(reader, "https://management.azure.com")
    with pytest.raises(ClientAuthenticationError, match=r"AKV10022: Invalid audience.*management\.azure\.com"):
        platform.client(FixedToken(token)).get_secret("A")


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize("resource", ["https://vault.azure.net", "https://vault.azure.net/"])
def test_a_token_for_azure_s_own_resource_is_accepted(platform: Platform, reader: Principal, resource: str) -> None:
    client = platform.client(FixedToken(platform.identity.token_for(reader, resource)))
    assert client.get_secret("DATABASE-URL").value == "v"


def test_a_token_of_another_tenant_is_refused(platform: Platform) -> None:
    stranger = platform.identity.principals.register("/mi/stranger", "c", "p", "33333333-3333-3333-3333-333333333333")
    with pytest.raises(ClientAuthenticationError, match="AKV10032: Invalid issuer"):
        platform.token_client(stranger).get_secret("A")


def test_a_caller_without_a_role_is_refused_in_azure_s_words(platform: Platform) -> None:
    nobody = platform.identity_of("nobody")
    with pytest.raises(HttpResponseError, match="Caller is not authorized to perform action on resource") as refused:
        platform.token_client(nobody).get_secret("DATABASE-URL")
    text = str(refused.value)
    assert (refused.value.status_code, refused.value.error.innererror["code"]) == (403, "ForbiddenByRbac")
    assert f"oid={nobody.principal_id}" in text
    assert "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'" in text
    assert f"Resource: '{VAULT}/secrets/DATABASE-URL'" in text


def test_whether_a_secret_exists_is_not_told_to_who_may_not_read_it(platform: Platform) -> None:
    with pytest.raises(HttpResponseError) as refused:
        platform.token_client(platform.identity_of("nobody")).get_secret("NONE")
    assert refused.value.status_code == 403


@pytest.mark.usefixtures("_filled")
def test_a_role_over_one_secret_gives_that_secret_and_no_other(platform: Platform) -> None:
    api = platform.identity_of("api", KEY_VAULT_SECRETS_USER, f"{VAULT}/secrets/DATABASE-URL")
    client = platform.token_client(api)
    assert client.get_secret("DATABASE-URL").value == "v"
    with pytest.raises(HttpResponseError, match="not authorized"):
        client.get_secret("STORAGE-KEY")


@pytest.mark.usefixtures("_filled")
def test_a_role_over_one_secret_does_not_list_the_vault(platform: Platform) -> None:
    api = platform.identity_of("api", KEY_VAULT_SECRETS_USER, f"{VAULT}/secrets/DATABASE-URL")
    with pytest.raises(HttpResponseError, match="readMetadata/action"):
        list(platform.token_client(api).list_properties_of_secrets())


@pytest.mark.usefixtures("_filled")
def test_a_secrets_user_reads_and_does_not_write(platform: Platform, reader: Principal) -> None:
    client = platform.token_client(reader)
    assert client.get_secret("DATABASE-URL").value == "v"
    with pytest.raises(HttpResponseError, match="setSecret/action"):
        client.set_secret("DATABASE-URL", "w")


@pytest.mark.usefixtures("_filled")
def test_a_reader_sees_names_and_no_values(platform: Platform) -> None:
    client = platform.token_client(platform.identity_of("auditor", KEY_VAULT_READER))
    assert [secret.name for secret in client.list_properties_of_secrets()] == ["DATABASE-URL", "STORAGE-KEY"]
    with pytest.raises(HttpResponseError, match="getSecret/action"):
        client.get_secret("DATABASE-URL")


@pytest.mark.usefixtures("_filled")
def test_a_secrets_officer_may_do_everything_with_secrets(platform: Platform) -> None:
    client = platform.token_client(platform.identity_of("officer", KEY_VAULT_SECRETS_OFFICER, VAULT))
    client.set_secret("A", "v")
    client.begin_delete_secret("A").wait()
    client.purge_deleted_secret("A")
    assert [secret.name for secret in client.list_properties_of_secrets()] == ["DATABASE-URL", "STORAGE-KEY"]


@pytest.mark.usefixtures("_filled")
def test_a_role_taken_away_stops_working_at_once(platform: Platform, reader: Principal) -> None:
    client = platform.token_client(reader)
    client.get_secret("DATABASE-URL")
    for assignment in platform.roles.list(principal_id=reader.principal_id):
        platform.roles.remove(assignment.name)
    with pytest.raises(HttpResponseError, match="not authorized"):
        client.get_secret("DATABASE-URL")


def test_a_client_that_does_not_trust_the_authority_does_not_connect(platform: Platform) -> None:
    with (
        SecretClient(platform.key_vault.uri("kv-ignition"), FixedToken("t"), retry_total=0) as client,
        pytest.raises(ServiceRequestError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.get_secret("A")


@pytest.mark.usefixtures("_filled")
def test_a_platform_fetches_a_secret_in_the_name_of_an_app_s_identity(platform: Platform, reader: Principal) -> None:
    uri = f"{platform.key_vault.uri('kv-ignition')}/secrets/DATABASE-URL"
    assert platform.key_vault.get_as(reader.principal_id, uri).value == "v"


@pytest.mark.usefixtures("_filled")
def test_a_platform_is_refused_what_the_app_s_identity_may_not_read(platform: Platform) -> None:
    uri = f"{platform.key_vault.uri('kv-ignition')}/secrets/DATABASE-URL"
    with pytest.raises(Exception, match="Forbidden: Caller is not authorized"):
        platform.key_vault.get_as(platform.identity_of("nobody").principal_id, uri)
