"""Resource groups."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.azure.base import AzureType
from local_cloud.server.resource_type import Call, Inputs
from local_cloud.server.rules import Pattern


class ResourceGroup(AzureType):
    """A resource group; kept as state."""

    token = "azure-native:resources:ResourceGroup"
    path = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    rules = (
        Pattern(
            path="resourceGroupName",
            regex=r"[-\w._()]{0,89}[-\w_()]",
            says="a resource group's name has 1 to 90 letters, digits, - _ . ( ) and does not end with a full stop",
            source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources",
            passes="rg-ignition-dev",
            fails="rg-ignition.",
        ),
    )
    example: ClassVar = {"resourceGroupName": "rg-ignition-dev", "location": "westeurope"}

    @property
    def arm_type(self) -> str:
        """Resource groups have a type of their own form."""
        return "Microsoft.Resources/resourceGroups"

    def identify(self, call: Call, inputs: Inputs) -> str:
        """The ARM id."""
        return super().identify(call, {"subscriptionId": self.subscription(call), **inputs})
