"""Managed identities: one that a program makes and assigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType, identity_guids
from local_cloud.packages.azure_native.shared import EXAMPLE_IDENTITY, NAME_RULES
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Pattern

if TYPE_CHECKING:
    from local_cloud.parts import Parts

IDENTITY_NAME: Final = Pattern(
    path="resourceName",
    regex=r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}",
    says="an identity's name has 3 to 128 letters, digits, hyphens and underscores and begins with a letter or digit",
    source=f"{NAME_RULES}#microsoftmanagedidentity",
    passes=EXAMPLE_IDENTITY.rsplit("/", 1)[-1],
    fails="id ignition",
)


class UserAssignedIdentity(AzureType):
    """An identity."""

    token = "azure-native:managedidentity:UserAssignedIdentity"
    path = "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
    unseen: ClassVar = {
        "resourceName": "the tenant has as many identities as it may have",
    }
    rules = (IDENTITY_NAME,)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "resourceName": EXAMPLE_IDENTITY.rsplit("/", 1)[-1],
        "location": "westeurope",
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The service principal behind the identity."""
        return {**identity_guids(resource_id), "tenantId": self.tenant(call)}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """An identity for which apps can get tokens."""
        ids = resource.outputs
        parts.identity.principals.register(resource.id, ids["clientId"], ids["principalId"], ids["tenantId"])
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the identity was deleted."""
        return resource if parts.identity.principals.find(resource.id) is not None else None

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """No more tokens."""
        parts.identity.principals.remove(resource.id)
