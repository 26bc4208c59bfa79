"""What every part works with: the settings, the providers, the resource group, and how a role is assigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure
import pulumi_azuread as azuread
from pulumi import Input, Output, ProviderResource, Resource, ResourceOptions

from bootstrap.config import OWN_STACK, BootstrapConfig
from infra.components.access.role_assignments import role_assignment_name, role_definition_id

GROUP: Final = "rg-ignition-state"
TAGS: Final[Mapping[str, str]] = {"project": "ignition", "environment": OWN_STACK}


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """
    What is being declared into.

    Attributes:
        config: The settings.
        group_name: The resource group of state, keys and identities.
        azure: The provider for Azure.
        entra: The provider for Entra ID.
    """

    config: BootstrapConfig
    group_name: Input[str]
    azure: ProviderResource
    entra: ProviderResource

    def options(
        self, *, after: tuple[Resource, ...] = (), protect: bool = False, once: tuple[str, ...] = ()
    ) -> ResourceOptions:
        """Options of an Azure resource: what comes before it, whether Pulumi refuses to delete it, what replaces it."""
        return ResourceOptions(
            provider=self.azure, depends_on=list(after), protect=protect, replace_on_changes=list(once)
        )


def make_cloud(config: BootstrapConfig) -> Cloud:
    """Declare the providers and the group. Explicit providers, so that no variable of the shell decides what is changed."""
    provider = azure.Provider("azure", subscription_id=config.subscription_id, tenant_id=config.tenant_id)
    group = azure.resources.ResourceGroup(
        "state",
        resource_group_name=GROUP,
        location=config.location,
        tags=TAGS,
        opts=ResourceOptions(provider=provider, protect=True),
    )
    return Cloud(
        config=config,
        group_name=group.name,
        azure=provider,
        entra=azuread.Provider("entra", tenant_id=config.tenant_id),
    )


def assign(
    cloud: Cloud,
    name: str,
    *,
    scope: Input[str],
    principal_id: Input[str],
    role: str,
    principal_type: str = "ServicePrincipal",
    condition: str | None = None,
    after: tuple[Resource, ...] = (),
) -> None:
    """
    Assign a role.

    Args:
        cloud: Where.
        name: The assignment's name in the program.
        scope: The ARM id of what the role is for.
        principal_id: The object id of who gets it.
        role: The role's GUID.
        principal_type: `ServicePrincipal` for identities, `User` for people.
        condition: An ABAC condition, version 2.0; None for the whole role.
        after: What must exist before, beyond the scope.
    """
    whole = Output.from_input(scope)
    azure.authorization.RoleAssignment(
        name,
        scope=whole,
        role_assignment_name=Output.all(whole, principal_id).apply(
            lambda given: role_assignment_name(given[0], given[1], role)
        ),
        principal_id=principal_id,
        principal_type=principal_type,
        role_definition_id=whole.apply(lambda given: role_definition_id(given, role)),
        condition=condition,
        condition_version="2.0" if condition is not None else None,
        opts=cloud.options(after=after, once=("roleDefinitionId",)),
    )
