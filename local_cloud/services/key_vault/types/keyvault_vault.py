"""Key Vault: the vault itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from local_cloud.packages.azure_native.addresses import is_ipv4_range
from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_GUID, EXAMPLE_SUBNET, NAME_RULES, arm_id, guid
from local_cloud.server.generic.outputs import merged
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Pattern, Range, Valid
from local_cloud.services.key_vault.rules.vaults_in_plan import VAULTS_IN_PLAN

if TYPE_CHECKING:
    from local_cloud.parts import Parts

VAULT_NAME: Final = Pattern(
    path="vaultName",
    unseen="somebody else has the name, which is one for all of Azure, or a deleted vault has it until its retention ends",
    regex=r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
    says="a vault's name has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit",
    source=f"{NAME_RULES}#microsoftkeyvault",
    passes="kv-ignition-dev",
    fails="kv--ignition",
)
_VAULTS: Final = "https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update"
_NETWORK: Final = "https://learn.microsoft.com/azure/key-vault/general/network-security"
_ACCESS_POLICY: Final = {
    "tenantId": EXAMPLE_GUID,
    "objectId": EXAMPLE_GUID,
    "applicationId": EXAMPLE_GUID,
    "permissions": {"secrets": ["get"]},
}


def _says_who_may_enter(inputs: Inputs) -> bool:
    properties = inputs["properties"]
    return (
        properties.get("enableRbacAuthorization") is True
        or properties.get("createMode") == "recover"
        or properties.get("accessPolicies") is not None
    )


class Vault(AzureType):
    """A vault."""

    token = "azure-native:keyvault:Vault"
    path = "Microsoft.KeyVault/vaults/{vaultName}"
    immutable = ("location", "properties.softDeleteRetentionInDays", "properties.createMode")
    write_only = ("properties.createMode",)
    rules = (
        VAULT_NAME,
        guid("properties.tenantId", source=_VAULTS, noun="a tenant id"),
        guid("properties.accessPolicies[].tenantId", source=_VAULTS, noun="a tenant id"),
        guid("properties.accessPolicies[].objectId", source=_VAULTS, noun="a principal's object id"),
        guid("properties.accessPolicies[].applicationId", source=_VAULTS, noun="an application's client id"),
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
            source=_VAULTS,
            passes={"properties.enablePurgeProtection": True},
            fails={"properties.enablePurgeProtection": False},
        ),
        Combination(
            path="properties.enableSoftDelete",
            test=lambda inputs: inputs["properties"].get("enableSoftDelete") is not False,
            says="soft delete is always on; the service refuses an explicit false",
            source="https://learn.microsoft.com/azure/key-vault/general/soft-delete-change",
            passes={"properties.enableSoftDelete": True},
            fails={"properties.enableSoftDelete": False},
        ),
        Combination(
            path="properties.accessPolicies",
            test=_says_who_may_enter,
            says="a vault without enableRbacAuthorization needs access policies, an empty list at least",
            source=_VAULTS,
            passes={"properties.enableRbacAuthorization": False, "properties.accessPolicies": [_ACCESS_POLICY]},
            fails={"properties.enableRbacAuthorization": False, "properties.accessPolicies": None},
        ),
        Choice(
            path="properties.publicNetworkAccess",
            among=("enabled", "disabled"),
            form=str.lower,
            says="public network access is Enabled or Disabled",
            source=_VAULTS,
            passes="Disabled",
            fails="Private",
        ),
        Valid(
            path="properties.networkAcls.ipRules[].value",
            test=is_ipv4_range,
            says="an address rule is an IPv4 address or range, 203.0.113.0/24",
            source=_NETWORK,
            passes="203.0.113.0/24",
            fails="2001:db8::/32",
        ),
        arm_id(
            "properties.networkAcls.virtualNetworkRules[].id",
            "Microsoft.Network/virtualNetworks/subnets",
            source=_NETWORK,
            noun="a subnet",
        ),
    )
    plan_rules = VAULTS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "vaultName": "kv-ignition-dev",
        "location": "westeurope",
        "properties": {
            "tenantId": EXAMPLE_GUID,
            "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True,
            "softDeleteRetentionInDays": 90,
            "accessPolicies": [_ACCESS_POLICY],
            "networkAcls": {
                "bypass": "None",
                "defaultAction": "Deny",
                "ipRules": [{"value": "203.0.113.7"}],
                "virtualNetworkRules": [{"id": EXAMPLE_SUBNET}],
            },
        },
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The vault's address."""
        return {
            "properties": {
                "vaultUri": f"https://{inputs['vaultName'].lower()}.vault.azure.net/",
                "provisioningState": "Succeeded",
            }
        }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """A vault of the local data plane, and the address at which clients find it."""
        properties = resource.inputs["properties"]
        name = resource.inputs["vaultName"]
        parts.key_vault.vaults.create(
            name,
            resource_id=resource.id,
            tenant_id=properties["tenantId"],
            location=resource.outputs.get("location") or "westeurope",
            purge_protection=bool(properties.get("enablePurgeProtection")),
            soft_delete_days=properties.get("softDeleteRetentionInDays") or 90,
            recover=properties.get("createMode") == "recover",
        )
        return {"properties": {"vaultUri": f"{parts.key_vault.uri(name)}/"}}

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Soft-deleted, as on Azure: the name stays taken until the vault is purged."""
        if parts.key_vault.vaults.find(resource.inputs["vaultName"]) is not None:
            parts.key_vault.vaults.delete(resource.inputs["vaultName"])

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the vault was deleted; at another address when the data plane had to move to another port."""
        name = resource.inputs["vaultName"]
        if parts.key_vault.vaults.find(name) is None:
            return None
        address = {"properties": {"vaultUri": f"{parts.key_vault.uri(name)}/"}}
        return replace(resource, outputs=merged(resource.outputs, address))
