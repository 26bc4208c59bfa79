"""Virtual networks: a group of security rules."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.values.guids import stable_guid
from local_cloud.services.network.rules.names import network_name
from local_cloud.services.network.rules.security_rules import EXAMPLE_RULE, SECURITY_RULES


class NetworkSecurityGroup(AzureType):
    """A network security group."""

    token = "azure-native:network:NetworkSecurityGroup"
    path = "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}"
    immutable = ("location",)
    unseen: ClassVar = {
        "securityRules[].sourceAddressPrefix": "the region does not know the service tag",
    }
    rules = (
        network_name("networkSecurityGroupName", "security group", least=1, most=80, passes="nsg-apps"),
        *SECURITY_RULES,
    )
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "networkSecurityGroupName": "nsg-database",
        "location": "westeurope",
        "securityRules": [EXAMPLE_RULE],
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The group's own GUID."""
        return {"resourceGuid": stable_guid("resource", resource_id)}
