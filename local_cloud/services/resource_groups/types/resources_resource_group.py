"""Resource groups."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_GROUP
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call


class ResourceGroup(AzureType):
    """A resource group; kept as state. Its name's rule is among the shared ones."""

    token = "azure-native:resources:ResourceGroup"
    path = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    unseen: ClassVar = {
        "resourceGroupName": "there is a group of that name in another region",
    }
    example: ClassVar = {"resourceGroupName": EXAMPLE_GROUP.rsplit("/", 1)[-1], "location": "westeurope"}

    @property
    def arm_type(self) -> str:
        """Resource groups have a type of their own form."""
        return "Microsoft.Resources/resourceGroups"

    def identify(self, call: Call, inputs: Inputs) -> str:
        """The ARM id."""
        return super().identify(call, {"subscriptionId": self.subscription(call), **inputs})

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """How making it went."""
        return {"properties": {"provisioningState": "Succeeded"}}
