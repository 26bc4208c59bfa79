"""
The environment that the apps run in: its network, zones and logs.

The apps are `service`s; the subnet comes from the network. Where the logs go is decided by the environment's diagnostic setting,
which monitoring makes: no workspace key is held here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.config.sections.apps import ContainerPlatformSection

WORKLOAD_PROFILE: Final = "Consumption"
"""The profile that the apps run on: paid by the second, and it may scale to nothing."""


@dataclass(frozen=True, kw_only=True)
class ContainerPlatformArgs:
    """
    What the environment is to be.

    Attributes:
        config: Whether replicas spread over zones.
        resource_group_name: Where it lives.
        location: The Azure region.
        environment_name: 2 to 60 lower-case letters, digits and hyphens.
        tags: The project's tags.
        subnet_id: A subnet for it alone, delegated to `Microsoft.App/environments`, /27 at least.
        infrastructure_resource_group: The resource group that Azure makes for the load balancer and addresses.
        protect: Whether Pulumi refuses to delete or replace it. Replacing it replaces every app and their default domain.
    """

    config: ContainerPlatformSection
    resource_group_name: Input[str]
    location: str
    environment_name: str
    tags: Mapping[str, str]
    subnet_id: Input[str]
    infrastructure_resource_group: str
    protect: bool


class ContainerPlatform(ComponentResource):
    """A Container Apps environment with workload profiles in a subnet of our own."""

    environment_id: Output[str]
    environment_name: Output[str]
    default_domain: Output[str]
    static_ip: Output[str]

    def __init__(self, name: str, args: ContainerPlatformArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:ContainerPlatform", name, None, opts)
        environment = azure.app.ManagedEnvironment(
            f"{name}-environment",
            resource_group_name=args.resource_group_name,
            environment_name=args.environment_name,
            location=args.location,
            infrastructure_resource_group=args.infrastructure_resource_group,
            vnet_configuration=azure.app.VnetConfigurationArgs(infrastructure_subnet_id=args.subnet_id, internal=False),
            # Left out, Azure makes the older kind, which needs a /23 without delegation.
            workload_profiles=[
                azure.app.WorkloadProfileArgs(name=WORKLOAD_PROFILE, workload_profile_type=WORKLOAD_PROFILE)
            ],
            zone_redundant=args.config.zone_redundant,
            app_logs_configuration=azure.app.AppLogsConfigurationArgs(destination="azure-monitor"),
            tags=args.tags,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        self.environment_id = environment.id
        self.environment_name = environment.name
        self.default_domain = environment.default_domain
        self.static_ip = environment.static_ip
        self.register_outputs(
            {
                "environment_id": self.environment_id,
                "environment_name": self.environment_name,
                "default_domain": self.default_domain,
                "static_ip": self.static_ip,
            }
        )
