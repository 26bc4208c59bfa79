"""
The identity that one app has towards Azure.

It exists before the app, so that roles can be given first; what it may do is decided by the components that own the scopes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions


@dataclass(frozen=True, kw_only=True)
class AppIdentityArgs:
    """
    What the identity is to be.

    Attributes:
        resource_group_name: Where it lives.
        location: The Azure region.
        identity_name: 3 to 128 letters, digits, hyphens and underscores.
        tags: The project's tags.
    """

    resource_group_name: Input[str]
    location: str
    identity_name: str
    tags: Mapping[str, str]


class AppIdentity(ComponentResource):
    """A user-assigned identity; a system-assigned one would come too late, with the app itself."""

    identity_id: Output[str]
    principal_id: Output[str]
    client_id: Output[str]

    def __init__(self, name: str, args: AppIdentityArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:AppIdentity", name, None, opts)
        identity = azure.managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_group_name=args.resource_group_name,
            resource_name_=args.identity_name,
            location=args.location,
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        self.identity_id = identity.id
        self.principal_id = identity.principal_id
        self.client_id = identity.client_id
        self.register_outputs(
            {"identity_id": self.identity_id, "principal_id": self.principal_id, "client_id": self.client_id}
        )
