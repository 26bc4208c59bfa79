"""Key Vault: a key, as the bootstrap of a state's encryption makes one."""

from __future__ import annotations

import secrets
from typing import ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Pattern
from local_cloud.services.key_vault.rules.vaults_in_plan import KEYS_IN_PLAN
from local_cloud.services.key_vault.types.keyvault_vault import VAULT_NAME

_ABOUT: Final = "https://learn.microsoft.com/azure/key-vault/keys/about-keys-details"


def _has_the_size_of_its_type(inputs: Inputs) -> bool:
    properties = inputs["properties"]
    curved = str(properties.get("kty", "")).startswith("EC")
    return properties.get("curveName" if not curved else "keySize") is None


class Key(AzureType):
    """A key; the service makes it once, and a later update of its properties changes nothing."""

    token = "azure-native:keyvault:Key"
    path = "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}"
    immutable = ("properties.kty", "properties.keySize", "properties.curveName")
    unseen: ClassVar = {
        "keyName": "a key of that name was deleted and is kept for its retention period",
    }
    rules = (
        VAULT_NAME,
        Pattern(
            path="keyName",
            regex="[0-9a-zA-Z-]{1,127}",
            says="a key's name has 1 to 127 letters, digits and hyphens",
            source="https://learn.microsoft.com/azure/templates/microsoft.keyvault/2024-11-01/vaults/keys",
            passes="pulumi-state",
            fails="pulumi_state",
        ),
        Choice(
            path="properties.keySize",
            among=(2048, 3072, 4096),
            says="an RSA key has 2048, 3072 or 4096 bits",
            source=_ABOUT,
            passes=3072,
            fails=1024,
        ),
        Combination(
            path="properties.kty",
            test=_has_the_size_of_its_type,
            says="an RSA key has a keySize, an EC key a curveName",
            source=_ABOUT,
            passes={"properties": {"kty": "EC", "curveName": "P-256"}},
            fails={"properties": {"kty": "EC", "keySize": 2048}},
        ),
    )
    plan_rules = KEYS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "vaultName": "kv-ignition-dev",
        "keyName": "pulumi-state",
        "properties": {"kty": "RSA", "keySize": 2048, "keyOps": ["encrypt", "decrypt"]},
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:
        """The addresses, with and without the version; the version stays as long as the key."""
        kept = call.cloud.records.get(resource_id)
        address = f"https://{inputs['vaultName'].lower()}.vault.azure.net/keys/{inputs['keyName']}"
        version = kept.outputs["keyUriWithVersion"] if kept is not None else f"{address}/{secrets.token_hex(16)}"
        properties = {name: inputs["properties"].get(name) for name in ("kty", "keySize", "curveName", "keyOps")}
        given = {"keyUri": address, "keyUriWithVersion": version}
        return given | {name: value for name, value in properties.items() if value is not None}
