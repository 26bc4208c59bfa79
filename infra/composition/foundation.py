"""What the other parts build upon: resource group, network, monitoring, vault, identities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import Input, Output, ResourceOptions

from infra.components.access.identity import AppIdentity, AppIdentityArgs
from infra.components.key_vault import KeyVault, KeyVaultArgs
from infra.components.network import Network, NetworkArgs
from infra.components.watch.monitoring import Monitoring, MonitoringArgs
from infra.composition.stack import Stack

APPS = ("api", "admin")
"""What people use, each at a host of its own."""
ROLES = "roles"
"""The app that makes the database's roles, which nobody uses."""
OPERATORS = "psql"
"""The job that runs a statement in the database, which exists only while it is wanted."""


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the other parts build upon; `identities` has one for each of `APPS`, for `ROLES`, and for `OPERATORS` while it is wanted."""

    group_name: Output[str]
    network: Network
    monitoring: Monitoring
    vault: KeyVault
    identities: Mapping[str, AppIdentity]


def make_foundation(stack: Stack) -> Foundation:
    """Declare what the other parts build upon."""
    group = azure.resources.ResourceGroup(
        "group",
        resource_group_name=stack.names.resource_group,
        location=stack.config.location,
        tags=stack.tags,
        opts=ResourceOptions(providers=list(stack.providers), protect=stack.config.protection.protect),
    )
    network = _network(stack, group.name)
    return Foundation(
        group_name=group.name,
        network=network,
        monitoring=_monitoring(stack, group),
        vault=_vault(stack, group.name, network),
        identities={app: _identity(stack, group.name, app) for app in _identified(stack)},
    )


def _identified(stack: Stack) -> tuple[str, ...]:
    return (*APPS, ROLES, *([OPERATORS] if stack.config.operators.database is not None else []))


def _network(stack: Stack, group_name: Input[str]) -> Network:
    ranges = [stack.web_ranges(host) for host in stack.config.hosts.apps.values()]
    return Network(
        "network",
        NetworkArgs(
            resource_group_name=group_name,
            location=stack.config.location,
            network_name=stack.names.network,
            security_group_name=stack.names.security_group,
            tags=stack.tags,
            config=stack.config.network,
            database_zone=stack.names.database_zone,
            web_ranges=ranges[0] if all(ranges) else (),
        ),
        stack.options(),
    )


def _monitoring(stack: Stack, group: azure.resources.ResourceGroup) -> Monitoring:
    return Monitoring(
        "monitoring",
        MonitoringArgs(
            resource_group_name=group.name,
            resource_group_id=group.id,
            location=stack.config.location,
            workspace_name=stack.names.workspace,
            action_group_name=stack.names.action_group,
            action_group_short_name=stack.names.action_group_short,
            budget_name=stack.names.budget,
            tags=stack.tags,
            config=stack.config.monitoring,
        ),
        stack.options(),
    )


def _vault(stack: Stack, group_name: Input[str], network: Network) -> KeyVault:
    config = stack.config.key_vault
    return KeyVault(
        "vault",
        KeyVaultArgs(
            resource_group_name=group_name,
            location=stack.config.location,
            vault_name=stack.names.key_vault,
            tags=stack.tags,
            tenant_id=stack.config.azure.tenant_id,
            endpoint_name=stack.names.private_endpoint("vault") if config.private_endpoint else None,
            endpoint_subnet_id=network.endpoints_subnet_id,
            endpoint_zone_id=network.vault_zone_id,
            config=config,
            lock=stack.config.protection.locks,
            protect=stack.config.protection.protect,
        ),
        # The endpoint's name must be findable in the network as soon as it is there.
        stack.options(network),
    )


def _identity(stack: Stack, group_name: Input[str], app: str) -> AppIdentity:
    return AppIdentity(
        f"{app}-identity",
        AppIdentityArgs(
            resource_group_name=group_name,
            location=stack.config.location,
            identity_name=stack.names.identity(app),
            tags=stack.tags,
        ),
        stack.options(),
    )
