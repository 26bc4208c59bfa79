"""Key Vault: the vault itself."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.azure.base import AzureType
from local_cloud.server.resource_type import Call, Inputs, Outputs
from local_cloud.server.rules import Combination, Pattern, Range


class Vault(AzureType):
    """A vault."""

    token = "azure-native:keyvault:Vault"
    path = "Microsoft.KeyVault/vaults/{vaultName}"
    rules = (
        Pattern(
            path="vaultName",
            regex=r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
            says="a vault's name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit",
            source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault",
            passes="kv-ignition-dev",
            fails="kv--ignition",
        ),
        Range(
            path="properties.softDeleteRetentionInDays",
            least=7,
            most=90,
            says="deleted secrets are kept 7 to 90 days",
            source="https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
            passes=90,
            fails=5,
        ),
        Combination(
            path="properties.enablePurgeProtection",
            test=lambda inputs: inputs["properties"].get("enablePurgeProtection") is not False,
            says="purge protection is on or left out; the service refuses an explicit false",
            source="https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update",
            passes={"properties.enablePurgeProtection": True},
            fails={"properties.enablePurgeProtection": False},
        ),
    )
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "vaultName": "kv-ignition-dev",
        "location": "westeurope",
        "properties": {
            "tenantId": "11111111-1111-1111-1111-111111111111",
            "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True,
            "softDeleteRetentionInDays": 90,
        },
    }

    def computed(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The vault's address."""
        return {
            "properties": {
                "vaultUri": f"https://{inputs['vaultName']}.vault.azure.net/",
                "provisioningState": "Succeeded",
            }
        }
