"""What subnets ask, made on their own or within their network: ranges, delegations, sizes for those who move in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from local_cloud.packages.azure_native.addresses import ipv4_range, is_cidr, overlap
from local_cloud.packages.azure_native.shared import EXAMPLE_NETWORK, arm_id
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Choice, Related, Rule, items_at

CONTAINER_APPS: Final = "Microsoft.App/environments"
POSTGRES: Final = "Microsoft.DBforPostgreSQL/flexibleServers"
_DELEGATIONS: Final = "https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview"
_APPS: Final = "https://learn.microsoft.com/azure/container-apps/custom-virtual-networks"
_NETWORKS: Final = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
_LONGEST_PREFIX: Final = {CONTAINER_APPS: 27, POSTGRES: 28}
# Ranges that Azure Kubernetes Service, and workload profiles below Container Apps, keep for themselves.
KEPT_BY_CONTAINER_APPS: Final = (
    "100.100.0.0/17",
    "100.100.128.0/19",
    "100.100.160.0/19",
    "100.100.192.0/19",
    "169.254.0.0/16",
    "172.30.0.0/16",
    "172.31.0.0/16",
    "192.0.2.0/24",
)
# Services whose delegation programs use; the SDK does not enumerate them.
_SERVICES: Final = (
    CONTAINER_APPS,
    POSTGRES,
    "GitHub.Network/networkSettings",
    "Microsoft.ContainerInstance/containerGroups",
    "Microsoft.DBforMySQL/flexibleServers",
    "Microsoft.DevCenter/networkConnection",
    "Microsoft.DevOpsInfrastructure/pools",
    "Microsoft.Network/dnsResolvers",
    "Microsoft.Sql/managedInstances",
    "Microsoft.Web/serverFarms",
)


def prefixes(subnet: Mapping[str, Any]) -> list[str]:
    """A subnet's ranges, one or several."""
    return [*items_at(subnet, "addressPrefix"), *items_at(subnet, "addressPrefixes[]")]


def _services(subnet: Mapping[str, Any]) -> list[str]:
    return [str(each.get("serviceName")) for each in items_at(subnet, "delegations[]")]


def _is_large_enough(subnet: Mapping[str, Any], _inputs: Inputs) -> bool:
    ranges = [network for each in prefixes(subnet) if (network := ipv4_range(each)) is not None]
    longest = min((_LONGEST_PREFIX.get(service, 29) for service in _services(subnet)), default=29)
    return all(network.prefixlen <= longest for network in ranges)


def _keeps_off_reserved_ranges(subnet: Mapping[str, Any], _inputs: Inputs) -> bool:
    if CONTAINER_APPS not in _services(subnet):
        return True
    return not any(overlap([each, kept]) for each in prefixes(subnet) for kept in KEPT_BY_CONTAINER_APPS)


def has_ranges(subnet: Mapping[str, Any], _inputs: Inputs) -> bool:
    """Whether a subnet has ranges of its own or takes them from a pool."""
    return bool(prefixes(subnet)) != bool(subnet.get("ipamPoolPrefixAllocations"))


def _delegated_to(subnet: Mapping[str, Any], service: str, range_: str) -> dict[str, Any]:
    return {**subnet, "addressPrefix": range_, "delegations": [{"name": "to", "serviceName": service}]}


def subnet_rules(at: str, example: Mapping[str, Any]) -> Iterable[Rule]:
    """
    The rules on every subnet below a path.

    Args:
        at: the subnets' path, `subnets[]`; empty where the resource is the subnet itself.
        example: a subnet that passes.
    """

    def path(name: str) -> str:
        return f"{at}.{name}" if at else name

    def whole(**changes: Any) -> Mapping[str, Any]:
        return {path(name): value for name, value in changes.items()}

    def related(name: str, test: Any, *, says: str, source: str, passes: Any, fails: Any) -> Related:
        # A subnet on its own is the whole inputs: the rule sits on one of its properties and looks at all of them.
        if at:
            return Related(path=at, test=test, says=says, source=source, passes=passes, fails=fails)
        return Related(
            path=name,
            test=lambda _value, inputs: test(inputs, inputs),
            says=says,
            source=source,
            passes=passes,
            fails=fails,
        )

    apps = {"delegations": [{"name": "to", "serviceName": CONTAINER_APPS}]}
    return (
        Related(
            path=path("addressPrefix"),
            test=lambda text, _: is_cidr(text),
            says="a range is given in CIDR form without host bits: 10.10.0.0/23",
            source=_NETWORKS,
            passes=whole(addressPrefix="10.10.2.0/26"),
            fails=whole(addressPrefix="10.10.2.1/26"),
        ),
        related(
            "addressPrefix",
            _is_large_enough,
            says="a subnet is /29 or larger, one delegated to Container Apps /27 or larger, one for PostgreSQL /28 or larger",
            source=_APPS,
            passes=whole(addressPrefix="10.10.2.0/27", **apps),
            fails=whole(addressPrefix="10.10.2.0/28", **apps),
        ),
        related(
            "addressPrefix",
            _keeps_off_reserved_ranges,
            says=f"a subnet for Container Apps keeps off {', '.join(KEPT_BY_CONTAINER_APPS)}",
            source=f"{_APPS}#subnet",
            passes=whole(addressPrefix="10.10.0.0/23", **apps),
            fails=whole(addressPrefix="172.30.4.0/23", **apps),
        ),
        Choice(
            path=path("delegations[].serviceName"),
            among=_SERVICES,
            says=f"subnets are delegated to services like {CONTAINER_APPS} and {POSTGRES}",
            source=_DELEGATIONS,
            passes=CONTAINER_APPS,
            fails="Microsoft.App/managedEnvironments",
        ),
        Related(
            path=path("delegations"),
            test=lambda delegations, _: len(delegations) <= 1,
            says="a subnet is delegated to one service",
            source=_DELEGATIONS,
            passes=whole(delegations=_delegated_to(example, POSTGRES, "")["delegations"]),
            fails=whole(
                delegations=[{"name": "a", "serviceName": CONTAINER_APPS}, {"name": "b", "serviceName": POSTGRES}]
            ),
        ),
        Related(
            path=path("delegations[]"),
            test=lambda delegation, _: bool(delegation.get("name")) and bool(delegation.get("serviceName")),
            says="a delegation has a name and a serviceName",
            source=_DELEGATIONS,
            passes=whole(delegations=[{"name": "to", "serviceName": CONTAINER_APPS}]),
            fails=whole(delegations=[{"serviceName": CONTAINER_APPS}]),
        ),
        arm_id(
            path("networkSecurityGroup.id"),
            "Microsoft.Network/networkSecurityGroups",
            source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
            noun="a network security group",
        ),
        arm_id(
            path("natGateway.id"),
            "Microsoft.Network/natGateways",
            source="https://learn.microsoft.com/azure/nat-gateway/nat-overview",
            noun="a NAT gateway",
        ),
    )


# Subnets of Azure's own services: the longest prefix, and whether a security group may guard them.
_OWN_SUBNETS: Final = {
    "azurebastionsubnet": (26, True),
    "azurefirewallmanagementsubnet": (26, False),
    "azurefirewallsubnet": (26, False),
    "gatewaysubnet": (29, False),
    "routeserversubnet": (27, False),
}


def suits_its_name(subnet: Mapping[str, Any], name: object) -> bool:
    """Whether a subnet that bears the name of one of Azure's own is as that one must be."""
    longest, guarded_by_group = _OWN_SUBNETS.get(str(name).lower(), (None, True))
    if longest is None:
        return True
    small = any((found := ipv4_range(each)) is not None and found.prefixlen > longest for each in prefixes(subnet))
    return not small and not subnet.get("delegations") and (guarded_by_group or not subnet.get("networkSecurityGroup"))


EXAMPLE_SUBNET_PROPERTIES: Final = {
    "addressPrefix": "10.10.0.0/23",
    "delegations": [{"name": "apps", "serviceName": CONTAINER_APPS}],
    "networkSecurityGroup": {"id": EXAMPLE_NETWORK.rsplit("/", 2)[0] + "/networkSecurityGroups/nsg-apps"},
    "natGateway": {"id": EXAMPLE_NETWORK.rsplit("/", 2)[0] + "/natGateways/ng-apps"},
    "privateEndpointNetworkPolicies": "Disabled",
}
