"""A certificate of the app platform that lies in a vault is fetched with the identity that the program names, or refused."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from local_cloud.daemon.assembly import TENANT_ID
from local_cloud.packages.azure_native.base import identity_guids
from local_cloud.parts import Parts
from local_cloud.runtime.errors import BackendError
from local_cloud.server.resource_types.resource import Refusal, Resource
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_USER
from tests.integration.types.conftest import Make
from tests.integration.types.world import API, AZURE

CERTIFICATE, ENVIRONMENT = "azure-native:app:Certificate", "azure-native:app:ManagedEnvironment"
GROUP = f"/subscriptions/{AZURE['subscriptionId']}/resourceGroups/rg-ignition-dev"
VAULT, ALLOWED, STRANGER = "kv-ignition-dev", f"{GROUP}/identities/allowed", f"{GROUP}/identities/stranger"

CERTIFICATES = f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae/certificates"


@pytest.fixture(scope="module", autouse=True)
def vault(parts: Parts) -> None:
    """A vault and two identities; one of them may read its secrets."""
    resource_id = f"{GROUP}/providers/Microsoft.KeyVault/vaults/{VAULT}"
    parts.key_vault.vaults.create(VAULT, resource_id=resource_id, tenant_id=TENANT_ID)
    for identity in (ALLOWED, STRANGER):
        ids = identity_guids(identity)
        parts.identity.principals.register(identity, ids["clientId"], ids["principalId"], TENANT_ID)
    _allow(parts, identity_guids(ALLOWED)["principalId"])


@pytest.fixture(scope="module")
def pem(parts: Parts) -> bytes:
    """A certificate with its key."""
    issued = parts.origin_ca.issue([API], directory=parts.object_storage.directory.parent / "given")
    return issued.cert_file.read_bytes() + issued.key_file.read_bytes()


def _allow(parts: Parts, principal: str) -> None:
    parts.role_assignments.put(scope=GROUP, principal_id=principal, role_definition_id=KEY_VAULT_SECRETS_USER)


@pytest.fixture
def certificate(parts: Parts, make: Make) -> Make:
    """Makes a certificate by the value of a secret, which bears the same name."""

    def made(name: str, value: str, *, identity: str = ALLOWED, environment: str = "cae") -> Resource:
        parts.key_vault.secrets.put(parts.key_vault.vaults.get(VAULT), name, value)
        url = f"https://{VAULT}.vault.azure.net/secrets/{name}"
        return make(
            CERTIFICATE,
            name,
            resourceGroupName="rg-ignition-dev",
            environmentName=environment,
            certificateName=name,
            location="westeurope",
            properties={"certificateKeyVaultProperties": {"identity": identity, "keyVaultUrl": url}},
        )

    return made


def _pfx(pem: bytes) -> str:
    """As Key Vault hands out a certificate of its own: a PFX without a password, in base64."""
    key: Any = serialization.load_pem_private_key(pem, None)
    own = x509.load_pem_x509_certificates(pem)[0]
    packed = pkcs12.serialize_key_and_certificates(b"api", key, own, None, serialization.NoEncryption())
    return base64.b64encode(packed).decode()


@pytest.mark.parametrize("form", ["pem", "pfx"])
def test_it_is_what_the_secret_holds(parts: Parts, certificate: Make, pem: bytes, form: str) -> None:
    made = certificate(form, pem.decode() if form == "pem" else _pfx(pem))
    own = x509.load_pem_x509_certificates(pem)[0]
    kept = parts.platform.certificate(made.id)
    assert kept is not None
    assert x509.load_pem_x509_certificates(kept.cert_file.read_bytes())[0] == own
    assert kept.names == (API,)
    properties: Mapping[str, Any] = made.outputs["properties"]
    assert properties["thumbprint"] == own.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303  Azure's form
    assert properties["subjectAlternativeNames"] == [API]


def test_an_identity_without_the_role_is_refused(parts: Parts, certificate: Make, pem: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        certificate("stranger", pem.decode(), identity=STRANGER)
    said = str(refused.value)
    assert "Forbidden" in said
    assert STRANGER in said
    assert f"https://{VAULT}.vault.azure.net/secrets/stranger" in said
    assert "Key Vault Secrets User" in said
    assert parts.platform.certificate(f"{CERTIFICATES}/stranger") is None


def test_an_identity_that_is_not_there_is_refused(certificate: Make, pem: bytes) -> None:
    with pytest.raises(Refusal, match="no identity /none is registered"):
        certificate("nobody", pem.decode(), identity="/none")


def test_the_environments_own_identity_reads_it_too(parts: Parts, certificate: Make, make: Make, pem: bytes) -> None:
    named = {"resourceGroupName": "rg-ignition-dev", "location": "westeurope"}
    without = make(ENVIRONMENT, "without", environmentName="without", **named)
    with pytest.raises(Refusal, match=f"{without.id} has no system-assigned identity"):
        certificate("without", pem.decode(), identity="system", environment="without")
    own = make(ENVIRONMENT, "own", environmentName="own", identity={"type": "SystemAssigned"}, **named)
    with pytest.raises(Refusal, match="Forbidden"):
        certificate("own", pem.decode(), identity="system", environment="own")
    _allow(parts, own.outputs["identity"]["principalId"])
    made = certificate("own", pem.decode(), identity="System", environment="own")
    assert parts.platform.certificate(made.id) is not None


@pytest.mark.parametrize("value", ["no certificate at all", "bm8gY2VydGlmaWNhdGU=", "-----BEGIN CERTIFICATE-----"])
def test_a_secret_that_is_none_is_refused_without_being_shown(certificate: Make, value: str) -> None:
    with pytest.raises(Refusal, match="holds no certificate") as refused:
        certificate("none", value)
    assert value not in str(refused.value)


def test_a_certificate_without_its_key_is_refused(certificate: Make, pem: bytes) -> None:
    own = x509.load_pem_x509_certificates(pem)[0].public_bytes(serialization.Encoding.PEM)
    with pytest.raises(BackendError, match="PEM with certificate and private key"):
        certificate("keyless", own.decode())
