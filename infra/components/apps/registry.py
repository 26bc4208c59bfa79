"""
The registry that container images are pulled from.

Apps pull with their own identities; there is no administrator and no password. Pushing is the pipeline's, whose rights are given
where the pipeline is set up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
import pulumiverse_time as time
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.components.access.role_assignments import ACR_PULL, role_assignment_name, role_definition_id
from infra.config.sections.apps import ContainerPlatformSection
from infra.names import checked


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """
    What the registry is to be.

    Attributes:
        config: The tier, and how long untagged images are kept.
        resource_group_name: Where it lives.
        location: The Azure region.
        registry_name: 5 to 50 letters and digits, unique in all of Azure.
        tags: The project's tags.
        pullers: Principal ids that may pull, by the app that each belongs to.
        propagation_s: How long a new role is waited for before an app pulls; Azure says minutes.
    """

    config: ContainerPlatformSection
    resource_group_name: Input[str]
    location: str
    registry_name: str
    tags: Mapping[str, str]
    pullers: Mapping[str, Input[str]]
    propagation_s: int

    def __post_init__(self) -> None:
        checked("registry", self.registry_name)


class Registry(ComponentResource):
    """
    A registry, and the right to pull from it.

    Whoever depends on this component starts after the roles have had time to take effect.
    """

    registry_id: Output[str]
    login_server: Output[str]

    def __init__(self, name: str, args: RegistryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Registry", name, None, opts)
        child = ResourceOptions(parent=self)
        premium = args.config.registry_tier == "Premium"
        registry = azure.containerregistry.Registry(
            f"{name}-registry",
            resource_group_name=args.resource_group_name,
            registry_name=args.registry_name,
            location=args.location,
            sku=azure.containerregistry.SkuArgs(name=args.config.registry_tier),
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            zone_redundancy="Enabled" if premium else "Disabled",
            policies=_retention(args.config.untagged_days)
            if premium and args.config.untagged_days is not None
            else None,
            tags=args.tags,
            opts=child,
        )
        roles = [self._may_pull(name, registry, app, principal) for app, principal in sorted(args.pullers.items())]
        if roles:
            time.Sleep(
                f"{name}-propagation",
                create_duration=f"{args.propagation_s}s",
                # Another principal is another wait.
                triggers={app: Output.from_input(principal) for app, principal in sorted(args.pullers.items())},
                opts=ResourceOptions(parent=self, depends_on=roles),
            )
        self.registry_id = registry.id
        self.login_server = registry.login_server
        self.register_outputs({"registry_id": self.registry_id, "login_server": self.login_server})

    def _may_pull(
        self, name: str, registry: azure.containerregistry.Registry, app: str, principal: Input[str]
    ) -> azure.authorization.RoleAssignment:
        principal_id = Output.from_input(principal)
        return azure.authorization.RoleAssignment(
            f"{name}-{app}-pull",
            scope=registry.id,
            role_assignment_name=Output.all(registry.id, principal_id).apply(
                lambda given: role_assignment_name(given[0], given[1], ACR_PULL)
            ),
            principal_id=principal_id,
            principal_type="ServicePrincipal",  # without it Azure looks the fresh principal up, and does not find it yet
            role_definition_id=registry.id.apply(lambda scope: role_definition_id(scope, ACR_PULL)),
            opts=ResourceOptions(parent=self, replace_on_changes=["roleDefinitionId"]),
        )


def _retention(days: int) -> azure.containerregistry.PoliciesArgs:
    return azure.containerregistry.PoliciesArgs(
        retention_policy=azure.containerregistry.RetentionPolicyArgs(days=days, status="enabled")
    )
