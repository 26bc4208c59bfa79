"""
The network that the platform stands in: three subnets, who may reach into each, and private names.

What stands in the subnets is made elsewhere. Whoever depends on this component finds the private zones linked: a server made before
that cannot be found by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.config.sections.azure import NetworkSection

VAULT_ZONE: Final = "privatelink.vaultcore.azure.net"
"""The private zone of vaults (https://learn.microsoft.com/azure/private-link/private-endpoint-dns)."""
_APPS_DELEGATION: Final = "Microsoft.App/environments"
_DATABASE_DELEGATION: Final = "Microsoft.DBforPostgreSQL/flexibleServers"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """
    What the network is to be.

    Attributes:
        config: The address plan.
        resource_group_name: Where it lives.
        location: The Azure region.
        network_name: The virtual network's name.
        security_group_name: The name of a subnet's security group, from the subnet's (`apps`, `database`, `endpoints`).
        tags: The project's tags.
        database_zone: The private zone of the database; it ends with `.postgres.database.azure.com`.
        web_ranges: Who may reach the apps; empty lets the internet in.
    """

    config: NetworkSection
    resource_group_name: Input[str]
    location: str
    network_name: str
    security_group_name: Callable[[str], str]
    tags: Mapping[str, str]
    database_zone: str
    web_ranges: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not self.database_zone.endswith(".postgres.database.azure.com"):
            raise ValueError(
                f"database zone {self.database_zone!r}: Azure takes one that ends with .postgres.database.azure.com"
            )


@dataclass(frozen=True)
class _SubnetConfig:
    """One subnet: its name, its range, who may reach into it, and which service it is given to."""

    subnet: str
    addresses: str
    group: azure.network.NetworkSecurityGroup
    delegation: str | None = None


class Network(ComponentResource):
    """A virtual network with subnets for apps, database and private endpoints."""

    network_id: Output[str]
    apps_subnet_id: Output[str]
    database_subnet_id: Output[str]
    endpoints_subnet_id: Output[str]
    database_zone_id: Output[str]
    vault_zone_id: Output[str]
    security_group_ids: Output[Mapping[str, str]]

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Network", name, None, opts)
        network = azure.network.VirtualNetwork(
            f"{name}-network",
            resource_group_name=args.resource_group_name,
            virtual_network_name=args.network_name,
            location=args.location,
            address_space=azure.network.AddressSpaceArgs(address_prefixes=[args.config.address_space]),
            tags=args.tags,
            # The subnets are resources of their own; without this the network's update would remove them.
            opts=ResourceOptions(parent=self, ignore_changes=["subnets"]),
        )
        rules = {"apps": apps_rules(args), "database": database_rules(args), "endpoints": endpoints_rules(args)}
        groups = {subnet: self._group(name, args, subnet, those) for subnet, those in rules.items()}
        # One after another: the network refuses two changes at once (AnotherOperationInProgress).
        apps = self._subnet(
            name, args, network, _SubnetConfig("apps", args.config.apps_subnet, groups["apps"], _APPS_DELEGATION)
        )
        config = _SubnetConfig("database", args.config.database_subnet, groups["database"], _DATABASE_DELEGATION)
        database = self._subnet(name, args, network, config, after=apps)
        endpoints = self._subnet(
            name,
            args,
            network,
            _SubnetConfig("endpoints", args.config.endpoints_subnet, groups["endpoints"]),
            after=database,
        )
        database_zone = self._zone(name, args, network, "database", args.database_zone)
        vault_zone = self._zone(name, args, network, "vault", VAULT_ZONE)

        self.network_id = network.id
        self.apps_subnet_id = apps.id
        self.database_subnet_id = database.id
        self.endpoints_subnet_id = endpoints.id
        self.database_zone_id = database_zone.id
        self.vault_zone_id = vault_zone.id
        self.security_group_ids = Output.all(**{subnet: group.id for subnet, group in groups.items()})
        self.register_outputs(
            {
                "network_id": self.network_id,
                "apps_subnet_id": self.apps_subnet_id,
                "database_subnet_id": self.database_subnet_id,
                "endpoints_subnet_id": self.endpoints_subnet_id,
                "database_zone_id": self.database_zone_id,
                "vault_zone_id": self.vault_zone_id,
                "security_group_ids": self.security_group_ids,
            }
        )

    def _group(
        self, name: str, args: NetworkArgs, subnet: str, rules: Sequence[azure.network.SecurityRuleArgs]
    ) -> azure.network.NetworkSecurityGroup:
        return azure.network.NetworkSecurityGroup(
            f"{name}-{subnet}-rules",
            resource_group_name=args.resource_group_name,
            network_security_group_name=args.security_group_name(subnet),
            location=args.location,
            security_rules=list(rules),
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )

    def _subnet(
        self,
        name: str,
        args: NetworkArgs,
        network: azure.network.VirtualNetwork,
        config: _SubnetConfig,
        *,
        after: Resource | None = None,
    ) -> azure.network.Subnet:
        delegations = (
            [azure.network.DelegationArgs(name="delegation", service_name=config.delegation)]
            if config.delegation
            else []
        )
        return azure.network.Subnet(
            f"{name}-{config.subnet}",
            resource_group_name=args.resource_group_name,
            virtual_network_name=network.name,
            subnet_name=f"snet-{config.subnet}",
            address_prefix=config.addresses,
            network_security_group=azure.network.NetworkSecurityGroupArgs(id=config.group.id),
            delegations=delegations,
            # Without it the security group does not hold for private endpoints.
            private_endpoint_network_policies=None if config.delegation else "NetworkSecurityGroupEnabled",
            opts=ResourceOptions(parent=self, depends_on=[after] if after else []),
        )

    def _zone(
        self, name: str, args: NetworkArgs, network: azure.network.VirtualNetwork, kind: str, zone_name: str
    ) -> azure.privatedns.PrivateZone:
        zone = azure.privatedns.PrivateZone(
            f"{name}-{kind}-zone",
            resource_group_name=args.resource_group_name,
            private_zone_name=zone_name,
            location="global",
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        azure.privatedns.VirtualNetworkLink(
            f"{name}-{kind}-link",
            resource_group_name=args.resource_group_name,
            private_zone_name=zone.name,
            virtual_network_link_name=args.network_name,
            location="global",
            registration_enabled=False,
            virtual_network=azure.privatedns.SubResourceArgs(id=network.id),
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        return zone


def apps_rules(args: NetworkArgs) -> Sequence[azure.network.SecurityRuleArgs]:
    """
    The web reaches the apps; Azure's own default rules let the network and the load balancer in and nobody else.

    Ports: https://learn.microsoft.com/azure/container-apps/firewall-integration (31080 and 31443 are the environment's proxy).
    """
    return [
        _rule(
            "allow-web",
            100,
            sources=args.web_ranges or ("Internet",),
            destinations=(args.config.apps_subnet,),
            ports=("80", "443", "31080", "31443"),
        )
    ]


def database_rules(args: NetworkArgs) -> Sequence[azure.network.SecurityRuleArgs]:
    """
    The apps reach the database, its standby reaches it, and it reaches its storage and Entra ID.

    Source: https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private.
    """
    own = (args.config.database_subnet,)
    return [
        _rule("allow-apps", 100, sources=(args.config.apps_subnet,), destinations=own, ports=("5432", "6432")),
        _rule("allow-standby", 110, sources=own, destinations=own, ports=("5432", "6432")),
        _rule("deny-others", 4000, access="Deny", protocol="*", sources=("*",), destinations=own, ports=("*",)),
        _rule("allow-standby-out", 100, direction="Outbound", sources=own, destinations=own, ports=("5432", "6432")),
        _rule("allow-storage", 110, direction="Outbound", sources=own, destinations=("Storage",), ports=("443",)),
        _rule(
            "allow-entra",
            120,
            direction="Outbound",
            sources=own,
            destinations=("AzureActiveDirectory",),
            ports=("443",),
        ),
    ]


def endpoints_rules(args: NetworkArgs) -> Sequence[azure.network.SecurityRuleArgs]:
    """The apps reach private endpoints over HTTPS, and nobody else does."""
    own = (args.config.endpoints_subnet,)
    return [
        _rule("allow-apps", 100, sources=(args.config.apps_subnet,), destinations=own, ports=("443",)),
        _rule("deny-others", 4000, access="Deny", protocol="*", sources=("*",), destinations=own, ports=("*",)),
    ]


def _rule(
    name: str,
    priority: int,
    *,
    sources: Sequence[str],
    destinations: Sequence[str],
    ports: Sequence[str],
    direction: str = "Inbound",
    access: str = "Allow",
    protocol: str = "Tcp",
) -> azure.network.SecurityRuleArgs:
    # Azure wants one value and several in different properties.
    return azure.network.SecurityRuleArgs(
        name=name,
        priority=priority,
        direction=direction,
        access=access,
        protocol=protocol,
        source_port_range="*",
        source_address_prefix=sources[0] if len(sources) == 1 else None,
        source_address_prefixes=list(sources) if len(sources) > 1 else None,
        destination_address_prefix=destinations[0] if len(destinations) == 1 else None,
        destination_address_prefixes=list(destinations) if len(destinations) > 1 else None,
        destination_port_range=ports[0] if len(ports) == 1 else None,
        destination_port_ranges=list(ports) if len(ports) > 1 else None,
    )
