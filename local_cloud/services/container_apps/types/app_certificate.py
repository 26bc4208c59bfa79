"""Container Apps: a certificate that the program brings, itself or by way of a vault."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_IDENTITY
from local_cloud.runtime.errors import BackendError
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Inputs, Outputs, Refusal, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Pattern, Related, Valid, part
from local_cloud.services.container_apps.rules.certificates_in_plan import CERTIFICATES_IN_PLAN
from local_cloud.services.container_apps.rules.secrets import DOCS
from local_cloud.services.container_apps.rules.vault_certificates_in_plan import CERTIFICATES_ACCESS
from local_cloud.services.container_apps.types.app_managed_environment import ENVIRONMENT_NAME

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_BRING: Final = f"{DOCS}/custom-domains-certificates"
_FROM_VAULT: Final = f"{DOCS}/key-vault-certificates-manage"
_IN_VAULT: Final = {
    "identity": EXAMPLE_IDENTITY,
    "keyVaultUrl": "https://kv-ignition-dev.vault.azure.net/secrets/api-certificate",
}


def certificate_name(path: str) -> Pattern:
    """The rule on the names of an environment's certificates."""
    return Pattern(
        path=path,
        regex=r"[a-z0-9]([a-z0-9.-]{0,58}[a-z0-9])?",
        says="a certificate's name has 1 to 60 lower-case letters, digits, hyphens and full stops, "
        "and begins and ends with a letter or digit",
        source=_BRING,
        passes="origin-api-1a2b3c4d",
        fails="Origin_api",
    )


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


def _has_one_source(inputs: Inputs) -> bool:
    properties = part(inputs, "properties")
    return (properties.get("value") is None) != (properties.get("certificateKeyVaultProperties") is None)


class Certificate(AzureType):
    """A certificate; one that is bound cannot change, so a new one takes a new name."""

    token = "azure-native:app:Certificate"
    after_lost_state = MadeAnew(
        "it holds a key that was in the state alone: a new one is bound in its place",
        left_behind=lambda inputs: (
            "the old one goes with `az containerapp env certificate delete` once the apps use the new one; "
            f"`az containerapp env certificate list --name {inputs.get('environmentName')} "
            f"--resource-group {inputs.get('resourceGroupName')} --output table` shows both"
        ),
    )
    path = "Microsoft.App/managedEnvironments/{environmentName}/certificates/{certificateName}"
    immutable = ("properties.value", "properties.password")
    unseen: ClassVar = {
        "properties.certificateKeyVaultProperties.keyVaultUrl": (
            "the vault has no such certificate, or its network keeps the environment out"
        ),
    }
    rules = (
        ENVIRONMENT_NAME,
        certificate_name("certificateName"),
        Combination(
            path="properties.value",
            test=_has_one_source,
            says="a certificate has either a value or certificateKeyVaultProperties",
            source=_FROM_VAULT,
            passes={"properties": {"certificateKeyVaultProperties": _IN_VAULT}},
            fails={"properties": {}},
        ),
        Valid(
            path="properties.value",
            test=_is_base64,
            says="it takes a PFX or PEM file in base64",
            source=_BRING,
            hidden=True,
            passes="LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
            fails="-----BEGIN CERTIFICATE-----",
        ),
        Related(
            path="properties.certificateKeyVaultProperties",
            test=lambda reference, _: bool(reference.get("identity")) and bool(reference.get("keyVaultUrl")),
            says="a certificate in a vault is named by keyVaultUrl and the identity that may read it",
            source=_FROM_VAULT,
            passes={"properties.certificateKeyVaultProperties": _IN_VAULT},
            fails={"properties.certificateKeyVaultProperties": {"keyVaultUrl": _IN_VAULT["keyVaultUrl"]}},
        ),
    )
    plan_rules = (*CERTIFICATES_IN_PLAN, *CERTIFICATES_ACCESS)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "environmentName": "cae-ignition-dev",
        "certificateName": "origin-api",
        "location": "westeurope",
        "properties": {"certificateType": "ServerSSLCertificate", "certificateKeyVaultProperties": _IN_VAULT},
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """What the service reads out of the certificate."""
        properties = part(inputs, "properties")
        found: dict[str, Any] = {"provisioningState": "Succeeded"}
        if properties.get("value") is not None:
            found |= _read(base64.b64decode(properties["value"]), properties.get("password"))
        return {"properties": found}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """Kept for custom domains of the local ingress; one that is in a vault is fetched with the given identity."""
        properties = resource.inputs["properties"]
        if properties.get("value") is not None:
            content = base64.b64decode(properties["value"])
            parts.platform.put_certificate(resource.id, content, properties.get("password"))
            return {}
        content = _from_vault(parts, resource.id, properties["certificateKeyVaultProperties"])
        read = _read(content, None, path="properties.certificateKeyVaultProperties.keyVaultUrl")
        parts.platform.put_certificate(resource.id, content)
        return {"properties": read}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the certificate was deleted."""
        return resource if parts.platform.certificate(resource.id) is not None else None

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Refused while a domain is bound to it."""
        parts.platform.delete_certificate(resource.id)


def _from_vault(parts: Parts, certificate_id: str, reference: Inputs) -> bytes:
    """The certificate with its key out of a vault's secret: PEM, or a PFX in base64 without a password."""
    identity, url = reference["identity"], reference["keyVaultUrl"]
    try:
        value = parts.key_vault.get_as(_principal(parts, certificate_id, identity), url).value
    except BackendError as error:
        raise Refusal(
            f"properties.certificateKeyVaultProperties: the certificate cannot be fetched from {url} with the identity "
            f"'{identity}': {error}. The identity needs the role Key Vault Secrets User over the vault or the secret, assigned "
            "before the certificate is made"
        ) from None
    if value.lstrip().startswith("-----BEGIN"):
        return value.encode()
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        raise Refusal(
            f"properties.certificateKeyVaultProperties.keyVaultUrl: the secret at {url} holds no certificate: it must be PEM with "
            "certificate and private key, or a PFX in base64"
        ) from None


def _principal(parts: Parts, certificate_id: str, identity: str) -> str:
    """The principal of an identity; `system` is the environment's own."""
    if identity.lower() != "system":
        return parts.identity.principals.get(identity).principal_id
    environment_id = certificate_id.rsplit("/", 2)[0]
    environment = parts.records.get(environment_id)
    principal = part(environment.outputs, "identity").get("principalId") if environment is not None else None
    if principal is None:
        raise BackendError(
            f"{environment_id} has no system-assigned identity: give the environment one with "
            "`identity={'type': 'SystemAssigned'}`, or name a user-assigned identity"
        )
    return principal


def _read(content: bytes, password: str | None, *, path: str = "properties.value") -> Outputs:
    # Imported here: previews never get this far, and the library costs every start a tenth of a second.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            certificate = x509.load_pem_x509_certificates(content)[0]
        else:
            key_text = password.encode() if password is not None else None
            certificate = pkcs12.load_key_and_certificates(content, key_text)[1]
    except ValueError:
        certificate = None
    if certificate is None:
        raise Refusal(f"{path} holds no certificate: it must be a PEM or PFX file, a PFX with its password")
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        hosts = names.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        hosts = []
    return {
        "thumbprint": certificate.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303  Azure's own form of thumbprints
        "subjectName": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "issueDate": certificate.not_valid_before_utc.isoformat(),
        "expirationDate": certificate.not_valid_after_utc.isoformat(),
        "subjectAlternativeNames": hosts,
        "valid": True,
    }
