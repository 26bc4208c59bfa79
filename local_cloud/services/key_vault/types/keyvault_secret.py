"""Key Vault: a secret. Its value goes in and never comes back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.runtime.errors import CloudRefusal
from local_cloud.server.generic.outputs import merged
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Length, Pattern, Valid, part
from local_cloud.services.key_vault.backend.secret import Properties
from local_cloud.services.key_vault.types.keyvault_vault import VAULT_NAME

if TYPE_CHECKING:
    from local_cloud.parts import Parts
    from local_cloud.services.key_vault.backend.secret import Secret as KeptSecret

_ABOUT: Final = "https://learn.microsoft.com/azure/key-vault/secrets/about-secrets"


def _expires_after_it_begins(inputs: Inputs) -> bool:
    attributes = part(inputs["properties"], "attributes")
    expires, begins = attributes.get("expires"), attributes.get("notBefore")
    return expires is None or begins is None or expires > begins


class Secret(AzureType):
    """A secret; every change of it makes a new version."""

    token = "azure-native:keyvault:Secret"
    path = "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}"
    write_only = ("properties.value",)
    rules = (
        VAULT_NAME,
        Pattern(
            path="secretName",
            unseen="a secret of that name was deleted and is kept for its retention period",
            regex="[0-9a-zA-Z-]{1,127}",
            says="a secret's name has 1 to 127 letters, digits and hyphens: DATABASE-URL, not DATABASE_URL",
            source=_ABOUT,
            passes="DATABASE-URL",
            fails="DATABASE_URL",
        ),
        Length(
            path="properties.value",
            most=25 * 1024,
            says="a secret holds at most 25 KB",
            source=_ABOUT,
            passes="value",
            hidden=True,
            fails="v" * (25 * 1024 + 1),
        ),
        Length(
            path="properties.contentType",
            most=255,
            says="a content type has at most 255 characters",
            source=_ABOUT,
            passes="text/plain",
            fails="t" * 256,
        ),
        Length(
            path="tags",
            most=15,
            says="a secret has at most 15 tags",
            source=_ABOUT,
            passes={"owner": "platform"},
            fails={f"tag{number}": "text" for number in range(16)},
        ),
        Combination(
            path="properties.attributes.expires",
            test=_expires_after_it_begins,
            says="a secret expires after the moment before which it may not be used",
            source=_ABOUT,
            passes={"properties.attributes": {"notBefore": 1_800_000_000, "expires": 1_900_000_000}},
            fails={"properties.attributes": {"notBefore": 1_900_000_000, "expires": 1_800_000_000}},
        ),
        Valid(
            path="properties.attributes.expires",
            test=lambda seconds: 0 < seconds < 10_000_000_000,
            says="times are seconds since 1970, not milliseconds",
            source="https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets/create-or-update",
            passes=1_900_000_000,
            fails=1_900_000_000_000,
        ),
    )
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "vaultName": "kv-ignition-dev",
        "secretName": "DATABASE-URL",
        "properties": {
            "value": "postgresql://localhost/ecent",
            "contentType": "text/plain",
            "attributes": {"enabled": True},
        },
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:
        """The addresses, with and without the version; a secret that did not change keeps its version."""
        kept = call.cloud.records.get(resource_id)
        if kept is not None and kept.inputs == inputs:
            properties = kept.outputs["properties"]
            return {"properties": {key: properties[key] for key in ("secretUri", "secretUriWithVersion", "attributes")}}
        address = f"https://{inputs['vaultName'].lower()}.vault.azure.net/secrets/{inputs['secretName']}"
        now = int(time.time())
        created = kept.outputs["properties"]["attributes"]["created"] if kept is not None else now
        # A version drawn by chance tells nothing of the value, which a digest of it would.
        return {
            "properties": {
                "secretUri": address,
                "secretUriWithVersion": f"{address}/{secrets.token_hex(16)}",
                "attributes": {"enabled": True, "created": created, "updated": now} | self._attributes(inputs),
            }
        }

    @staticmethod
    def _attributes(inputs: Inputs) -> Inputs:
        return {key: value for key, value in part(inputs["properties"], "attributes").items() if value is not None}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """A version of the secret in the local vault; the same value again makes no new one."""
        inputs = resource.inputs
        vault = parts.key_vault.vaults.get(inputs["vaultName"])
        properties = self._declared(inputs)
        kept = parts.key_vault.secrets.put(vault, inputs["secretName"], inputs["properties"]["value"], properties)
        return _addresses(parts, vault.name, kept)

    def _declared(self, inputs: Inputs) -> Properties:
        attributes = self._attributes(inputs)
        return Properties(
            content_type=inputs["properties"].get("contentType"),
            enabled=attributes.get("enabled", True),
            not_before=attributes.get("notBefore"),
            expires=attributes.get("expires"),
            tags=inputs.get("tags") or {},
        )

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Soft-deleted; a secret of a vault that is gone went with it."""
        vault = parts.key_vault.vaults.find(resource.inputs["vaultName"])
        if vault is not None and self._current(parts, resource) is not None:
            parts.key_vault.secrets.delete(vault, resource.inputs["secretName"])

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """
        What goes with its current version, and that version's address; gone when the secret or its vault was deleted.

        A value is never given back, so one that somebody changed shows by its version alone.
        """
        kept = self._current(parts, resource)
        if kept is None:
            return None
        inputs = resource.inputs
        before = self._declared(inputs)
        now = Properties(
            content_type=kept.content_type,
            enabled=kept.enabled,
            not_before=kept.not_before,
            expires=kept.expires,
            tags=kept.tags,
        )
        changed = {name: value for name, value in vars(now).items() if value != getattr(before, name)}
        told = merged(resource.outputs, _addresses(parts, inputs["vaultName"], kept))
        return Resource(resource.id, _with_changes(inputs, changed), _with_changes(told, changed))

    @staticmethod
    def _current(parts: Parts, resource: Resource) -> KeptSecret | None:
        try:
            vault = parts.key_vault.vaults.get(resource.inputs["vaultName"])
            return parts.key_vault.secrets.read(vault, resource.inputs["secretName"])
        except CloudRefusal:
            return None


def _addresses(parts: Parts, vault: str, kept: KeptSecret) -> Outputs:
    """They change with the secret's version, and when the data plane had to move to another port."""
    return {
        "properties": {
            "secretUri": parts.key_vault.secret_uri(vault, kept, version=False),
            "secretUriWithVersion": parts.key_vault.secret_uri(vault, kept),
        }
    }


_AT: Final = {
    "content_type": "properties.contentType",
    "enabled": "properties.attributes.enabled",
    "not_before": "properties.attributes.notBefore",
    "expires": "properties.attributes.expires",
    "tags": "tags",
}


def _with_changes(properties: Inputs, changed: Mapping[str, Any]) -> Inputs:
    """Inputs or outputs with what somebody changed, by the vault's own names."""
    for name, value in changed.items():
        properties = _with(properties, _AT[name].split("."), value or None if name == "tags" else value)
    return properties


def _with(properties: Inputs, path: Sequence[str], value: Any) -> Inputs:
    first, *rest = path
    below = _with(part(properties, first), rest, value) if rest else value
    return {name: each for name, each in {**properties, first: below}.items() if name != first or each is not None}
