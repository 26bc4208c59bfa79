"""Signing in as apps, services and developers do, with azure-identity unmodified."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx
import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.faults import FaultKind
from local_cloud.services.identity.backend import Principal, PrincipalUnknown
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_OFFICER, KEY_VAULT_SECRETS_USER
from tests.integration.key_vault.platform import GROUP, TENANT, Platform

SignIn = Callable[..., ManagedIdentityCredential]


@pytest.fixture(autouse=True)
def _filled(platform: Platform) -> None:
    platform.key_vault.secrets.put(platform.key_vault.vaults.get("kv-ignition"), "A", "v")


def test_an_app_reads_a_secret_with_its_managed_identity(platform: Platform, as_app: SignIn, reader: Principal) -> None:
    with as_app("api", reader, client_id=reader.client_id) as credential:
        assert platform.client(credential).get_secret("A").value == "v"


def test_an_identity_can_be_chosen_by_its_resource_id(platform: Platform, as_app: SignIn, reader: Principal) -> None:
    with as_app("api", reader, identity_config={"resource_id": reader.resource_id}) as credential:
        assert platform.client(credential).get_secret("A").value == "v"


def test_the_default_credential_finds_the_managed_identity(
    platform: Platform, as_app: SignIn, reader: Principal
) -> None:
    as_app("api", reader).close()
    with DefaultAzureCredential(managed_identity_client_id=reader.client_id) as credential:
        assert platform.client(credential).get_secret("A").value == "v"


def test_an_app_gets_no_token_for_an_identity_that_is_not_assigned_to_it(
    platform: Platform, as_app: SignIn, reader: Principal
) -> None:
    other = platform.identity_of("other")
    with (
        as_app("api", other, client_id=reader.client_id) as credential,
        pytest.raises(ClientAuthenticationError, match="Unable to load the proper Managed Identity"),
    ):
        platform.client(credential).get_secret("A")


def test_an_app_that_names_no_identity_and_has_no_system_assigned_one_gets_no_token(
    platform: Platform, as_app: SignIn, reader: Principal
) -> None:
    with as_app("api", reader) as credential, pytest.raises(ClientAuthenticationError, match="name a client_id"):
        platform.client(credential).get_secret("A")


def test_a_system_assigned_identity_needs_no_name(
    platform: Platform, reader: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in platform.identity.endpoint_for("job", [], system_assigned=reader.client_id).items():
        monkeypatch.setenv(name, value)
    with ManagedIdentityCredential() as credential:
        assert platform.client(credential).get_secret("A").value == "v"


def test_the_header_of_one_app_does_not_open_another_app_s_endpoint(platform: Platform, reader: Principal) -> None:
    mine = platform.identity.endpoint_for("admin", [])
    theirs = platform.identity.endpoint_for("api", [reader.client_id])
    answer = httpx.get(
        theirs["IDENTITY_ENDPOINT"],
        params={"resource": "https://vault.azure.net", "client_id": reader.client_id},
        headers={"X-IDENTITY-HEADER": mine["IDENTITY_HEADER"]},
    )
    assert answer.status_code == 401


def test_an_app_s_environment_stays_the_same_over_a_restart(platform: Platform, reader: Principal) -> None:
    before = platform.identity.endpoint_for("api", [reader.client_id])
    platform.close()
    platform.open()
    assert platform.identity.endpoint_for("api", [reader.client_id]) == before


def test_an_app_keeps_its_identities_over_a_restart(platform: Platform, as_app: SignIn, reader: Principal) -> None:
    with as_app("api", reader, client_id=reader.client_id) as credential:
        platform.close()
        platform.open()
        assert platform.client(credential).get_secret("A").value == "v"


def test_a_forgotten_app_gets_no_more_tokens(platform: Platform, as_app: SignIn, reader: Principal) -> None:
    with as_app("api", reader, client_id=reader.client_id) as credential:
        platform.identity.forget_app("api")
        with pytest.raises(ClientAuthenticationError):
            credential.get_token("https://vault.azure.net/.default")


def test_an_identity_that_was_removed_gets_no_more_tokens(
    platform: Platform, as_app: SignIn, reader: Principal
) -> None:
    with as_app("api", reader, client_id=reader.client_id) as credential:
        platform.identity.principals.remove(reader.resource_id or "")
        with pytest.raises(ClientAuthenticationError):
            credential.get_token("https://vault.azure.net/.default")


def test_an_identity_that_nobody_registered_cannot_be_assigned(platform: Platform) -> None:
    with pytest.raises(PrincipalUnknown, match=r"no identity /mi/none is registered \(known: deployer, developer\)"):
        platform.identity.endpoint_for("api", ["/mi/none"])


def test_a_developer_signs_in_with_the_default_credential(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.roles.put(
        scope="/",
        principal_id=platform.identity.developer.principal_id,
        role_definition_id=KEY_VAULT_SECRETS_OFFICER,
    )
    for name, value in platform.identity.developer_environment().items():
        monkeypatch.setenv(name, value)
    with DefaultAzureCredential() as credential:
        platform.client(credential).set_secret("MINE", "m")
        assert platform.client(credential).get_secret("MINE").value == "m"


def test_an_app_called_developer_is_not_the_developer(platform: Platform, reader: Principal) -> None:
    mine = platform.identity.developer_environment()
    its = platform.identity.endpoint_for("developer", [reader.client_id])
    assert mine["IDENTITY_HEADER"] != its["IDENTITY_HEADER"]
    person = platform.identity.developer
    for endpoint, identity, expected in (
        (mine["IDENTITY_ENDPOINT"], {}, 401),
        (its["IDENTITY_ENDPOINT"], {}, 400),
        (its["IDENTITY_ENDPOINT"], {"client_id": person.client_id}, 400),
        (its["IDENTITY_ENDPOINT"], {"client_id": reader.client_id}, 200),
    ):
        answer = httpx.get(
            endpoint,
            params={"resource": "https://vault.azure.net", **identity},
            headers={"X-IDENTITY-HEADER": its["IDENTITY_HEADER"]},
        )
        assert answer.status_code == expected


def test_the_developer_of_an_earlier_version_is_taken_from_the_app_of_that_name(
    platform: Platform, reader: Principal
) -> None:
    principals, person = platform.identity.principals, platform.identity.developer
    principals.assign("developer", [reader.client_id], person.principal_id)
    platform.close()
    platform.open()
    principals = platform.identity.principals
    assert principals.chosen("developer", None) is None
    assert principals.chosen("developer", reader.client_id) == reader


def test_no_app_gets_the_developer_s_name_at_the_endpoint(platform: Platform) -> None:
    with pytest.raises(BackendError, match=r"an app cannot be called '~developer': .* begin it with a letter"):
        platform.identity.endpoint_for("~developer", [])


@pytest.mark.parametrize("variable", ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"])
def test_an_app_finds_the_endpoint_by_address_because_another_account_may_listen_on_the_other_loopback(
    platform: Platform, variable: str
) -> None:
    assert platform.identity.endpoint_for("api", [])[variable].startswith("http://127.0.0.1:")


def _application(platform: Platform, password: str = "p4ssword") -> ClientSecretCredential:
    application = platform.identity.principals.register_application(
        name="ci",
        client_id="44444444-4444-4444-4444-444444444444",
        principal_id="55555555-5555-5555-5555-555555555555",
        tenant_id=TENANT,
    )
    platform.identity.principals.add_password(application.client_id, "p4ssword", key_id="k1")
    platform.roles.put(scope=GROUP, principal_id=application.principal_id, role_definition_id=KEY_VAULT_SECRETS_USER)
    return ClientSecretCredential(
        TENANT,
        application.client_id,
        password,
        authority=platform.identity.authority,
        disable_instance_discovery=True,
        connection_verify=str(platform.ca.ca_file),
    )


def test_an_application_signs_in_with_its_password(platform: Platform) -> None:
    with _application(platform) as credential:
        assert platform.client(credential).get_secret("A").value == "v"


def test_a_wrong_password_is_refused(platform: Platform) -> None:
    with _application(platform, "wrong") as credential, pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        platform.client(credential).get_secret("A")


def test_a_removed_password_is_refused(platform: Platform) -> None:
    with _application(platform) as credential:
        platform.identity.principals.remove_password("k1")
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
            platform.client(credential).get_secret("A")


def test_an_expired_password_is_refused(platform: Platform) -> None:
    with _application(platform) as credential:
        platform.identity.principals.add_password(
            "44444444-4444-4444-4444-444444444444", "p4ssword", key_id="k1", expires=1.0
        )
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000222"):
            platform.client(credential).get_secret("A")


def test_an_unknown_application_is_refused(platform: Platform) -> None:
    with (
        ClientSecretCredential(
            TENANT,
            "66666666-6666-6666-6666-666666666666",
            "x",
            authority=platform.identity.authority,
            disable_instance_discovery=True,
            connection_verify=str(platform.ca.ca_file),
        ) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700016"),
    ):
        platform.client(credential).get_secret("A")


def test_anybody_can_verify_a_token_by_the_published_keys(platform: Platform, reader: Principal) -> None:
    token = platform.identity.token_for(reader, "https://ossrdbms-aad.database.windows.net")
    context = ssl.create_default_context(cafile=str(platform.ca.ca_file))
    base = f"{platform.identity.authority}/{TENANT}"
    with httpx.Client(verify=context) as client:
        about = client.get(f"{base}/v2.0/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(client.get(about["jwks_uri"]).json())
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]].key,
        algorithms=["RS256"],
        audience="https://ossrdbms-aad.database.windows.net",
        issuer=about["issuer"],
    )
    assert (claims["oid"], claims["appid"], claims["xms_mirid"]) == (
        reader.principal_id,
        reader.client_id,
        reader.resource_id,
    )


def test_while_the_token_endpoint_is_down_an_app_gets_no_token_and_afterwards_it_does(
    platform: Platform, as_app: SignIn, reader: Principal
) -> None:
    fault = platform.identity.faults.add(FaultKind.UNAVAILABLE)
    with as_app("api", reader, client_id=reader.client_id, retry_total=0) as credential:
        with pytest.raises(ClientAuthenticationError, match="AADSTS90033"):
            credential.get_token("https://vault.azure.net/.default")
        platform.identity.faults.remove(fault)
        assert platform.client(credential).get_secret("A").value == "v"


def test_a_read_fails_when_no_token_was_got(platform: Platform, as_app: SignIn) -> None:
    nobody = platform.identity_of("nobody")
    with as_app("api", nobody, client_id=nobody.client_id) as credential, pytest.raises(HttpResponseError):
        platform.client(credential).get_secret("A")
