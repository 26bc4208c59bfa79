"""Rules over the plan on private endpoints: the subnet that they stand in and what they lead to."""

from __future__ import annotations

from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    APPS_DELEGATION,
    Sketched,
    connection,
    endpoint,
    environment,
    network,
    registry,
    server,
    subnet,
    vault,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo
from local_cloud.server.rules import items_at
from local_cloud.services.network.rules.reserved_subnets import RESERVED_FOR_THEIR_SERVICE

_DOCS: Final = "https://learn.microsoft.com/azure/private-link/private-endpoint-overview"
_RESERVED_ADDRESSES: Final = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
_AUTOMATIC: Final = "privateLinkServiceConnections[].privateLinkServiceId"
_MANUAL: Final = "manualPrivateLinkServiceConnections[].privateLinkServiceId"
_KEPT_ADDRESSES: Final = 5
_DELEGATED_WITHOUT_ENDPOINTS: Final = frozenset(
    {
        "microsoft.app/environments",
        "microsoft.containerinstance/containergroups",
        "microsoft.dbforpostgresql/flexibleservers",
        "microsoft.sql/managedinstances",
        "microsoft.web/serverfarms",
    }
)
_PARTS: Final = {
    tokens.ENVIRONMENT: "managedEnvironments",
    tokens.REGISTRY: "registry",
    tokens.SERVER: "postgresqlServer",
    tokens.VAULT: "vault",
}


def service_of(plan: Plan, endpoint_: Planned) -> Planned | None:
    """What an endpoint leads to, where that is in the plan."""
    found = [*plan.targets(endpoint_, _AUTOMATIC), *plan.targets(endpoint_, _MANUAL)]
    return next((each for each in found if isinstance(each, Planned)), None)


def delegations(plan: Plan, subnet_: Planned) -> set[str]:
    """The services that a subnet is delegated to, in lower case."""
    return {str(each) for each in plan.keys(subnet_, "delegations[].serviceName")}


def _asks_for_its_part(plan: Plan, one: Planned, service: Planned) -> bool:
    inputs = plan.read(one)
    kinds = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
    groups = {str(each) for kind in kinds for each in items_at(inputs, f"{kind}[].groupIds[]")}
    wanted = _PARTS.get(service.token)
    return wanted is None or wanted in groups


def _has_profiles(plan: Plan, _one: Planned, service: Planned) -> bool:
    return service.token != tokens.ENVIRONMENT or bool(plan.read(service).get("workloadProfiles"))


def _is_not_public(plan: Plan, _one: Planned, service: Planned) -> bool:
    return service.token != tokens.ENVIRONMENT or plan.known(service, "publicNetworkAccess") in {None, "disabled"}


def _is_premium(plan: Plan, _one: Planned, service: Planned) -> bool:
    return service.token != tokens.REGISTRY or plan.known(service, "sku.name") == "premium"


def _is_not_injected(plan: Plan, _one: Planned, service: Planned) -> bool:
    return service.token != tokens.SERVER or not plan.keys(service, "network.delegatedSubnetResourceId")


def _in(subnet_: Any, target: Any = None, group: str = "vault", **others: Any) -> Sketched:
    return endpoint(
        subnet={"id": subnet_}, privateLinkServiceConnections=connection(target or Ref("service"), group), **others
    )


def _to(service: Sketched, group: str) -> Sketch:
    return Sketch(
        network=network(),
        subnet=subnet("snet-endpoints", "10.10.2.0/27"),
        service=service,
        endpoint=_in(Ref("subnet"), group=group),
    )


_INJECTED: Final = server(network={"delegatedSubnetResourceId": "/subscriptions/s/subnets/a"})

ENDPOINTS_IN_PLAN: Final = (
    Fits(
        id="network.endpoint-in-another-region",
        of=tokens.ENDPOINT,
        path="location",
        along="subnet.id",
        to=(tokens.SUBNET,),
        fits=in_one_region,
        says="a private endpoint is in the region of its network; what it leads to may be in another",
        remedy="Give '{this}' the location of the network of '{other}'",
        source=_DOCS,
        passes=Sketch(network=network(), subnet=subnet("snet-a", "10.10.2.0/27"), endpoint=_in(Ref("subnet"), "x")),
        fails=Sketch(
            network=network(location="northeurope"),
            subnet=subnet("snet-a", "10.10.2.0/27"),
            endpoint=_in(Ref("subnet"), "x"),
        ),
    ),
    Fits(
        id="network.endpoint-in-a-delegated-subnet",
        of=tokens.ENDPOINT,
        path="subnet.id",
        along="subnet.id",
        to=(tokens.SUBNET,),
        fits=lambda plan, _one, other: not delegations(plan, other) & _DELEGATED_WITHOUT_ENDPOINTS,
        says="a subnet that is delegated to a service holds that service alone, no private endpoint",
        remedy="Put '{this}' into a subnet of its own without delegations",
        source="https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview",
        passes=Sketch(subnet=subnet("snet-a", "10.10.2.0/27"), endpoint=_in(Ref("subnet"), "x")),
        fails=Sketch(subnet=subnet("snet-a", "10.10.2.0/27", APPS_DELEGATION), endpoint=_in(Ref("subnet"), "x")),
    ),
    Fits(
        id="network.endpoint-in-a-subnet-of-azures-own",
        of=tokens.ENDPOINT,
        path="subnet.id",
        along="subnet.id",
        to=(tokens.SUBNET,),
        fits=lambda plan, _one, other: plan.known(other, "subnetName") not in RESERVED_FOR_THEIR_SERVICE,
        says="GatewaySubnet, AzureBastionSubnet and their like hold their own service alone",
        remedy="Put '{this}' into a subnet of another name",
        source="https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings#gwsub",
        passes=Sketch(subnet=subnet("snet-a", "10.10.2.0/27"), endpoint=_in(Ref("subnet"), "x")),
        fails=Sketch(subnet=subnet("GatewaySubnet", "10.10.2.0/27"), endpoint=_in(Ref("subnet"), "x")),
    ),
    *(
        Fits(
            id=f"network.endpoint-{name}",
            of=tokens.ENDPOINT,
            path="privateLinkServiceConnections",
            along=_AUTOMATIC,
            to=tuple(_PARTS),
            fits=fits,
            says=says,
            remedy=remedy,
            source=source,
            passes=passes,
            fails=fails,
        )
        for name, fits, says, remedy, source, passes, fails in (
            (
                "group-of-another-service",
                _asks_for_its_part,
                "groupIds names a part of what the endpoint leads to: vault for a vault, registry, postgresqlServer, managedEnvironments",
                "Write the groupIds that '{other}' has",
                f"{_DOCS}#private-link-resource",
                _to(vault(), "vault"),
                _to(vault(), "registry"),
            ),
            (
                "to-a-registry-of-a-lower-tier",
                _is_premium,
                "only a registry of the Premium tier takes private endpoints",
                "Give '{other}' the sku Premium",
                "https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
                _to(registry("Premium"), "registry"),
                _to(registry("Standard"), "registry"),
            ),
            (
                "to-a-server-in-a-network",
                _is_not_injected,
                "a flexible server in a delegated subnet takes no private endpoint; only one with public access does",
                "Take delegatedSubnetResourceId out of '{other}', or leave '{this}' out",
                "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private-link",
                _to(server(), "postgresqlServer"),
                _to(_INJECTED, "postgresqlServer"),
            ),
            (
                "to-an-environment-without-profiles",
                _has_profiles,
                "only an environment with workload profiles takes private endpoints",
                "Give '{other}' workloadProfiles",
                "https://learn.microsoft.com/azure/container-apps/private-endpoints-with-dns",
                _to(environment(publicNetworkAccess="Disabled"), "managedEnvironments"),
                _to(environment(workloadProfiles=None, publicNetworkAccess="Disabled"), "managedEnvironments"),
            ),
            (
                "to-a-public-environment",
                _is_not_public,
                "an environment with private endpoints has publicNetworkAccess Disabled",
                "Give '{other}' publicNetworkAccess Disabled",
                "https://learn.microsoft.com/azure/container-apps/private-endpoints-with-dns",
                _to(environment(publicNetworkAccess="Disabled"), "managedEnvironments"),
                _to(environment(publicNetworkAccess="Enabled"), "managedEnvironments"),
            ),
        )
    ),
    LeadsTo(
        id="network.endpoint-in-something-else",
        of=tokens.ENDPOINT,
        path="subnet.id",
        to=(tokens.SUBNET,),
        says="a private endpoint stands in a subnet, by the subnet's id",
        remedy="Pass the `id` of a Subnet, not of '{other}'",
        source=_DOCS,
        passes=Sketch(subnet=subnet("snet-a", "10.10.2.0/27"), endpoint=_in(Ref("subnet"), "x")),
        fails=Sketch(network=network(), endpoint=_in(Ref("network"), "x")),
    ),
    LeadsTo(
        id="network.endpoint-to-something-else",
        of=tokens.ENDPOINT,
        path=_AUTOMATIC,
        to=tuple(_PARTS),
        says="a private endpoint leads to the id of a service that private links reach; a workspace is behind a private link scope",
        remedy="Pass the `id` of the service itself, not '{other}'",
        source=f"{_DOCS}#private-link-resource",
        passes=_to(vault(), "vault"),
        fails=_to(network("vnet-other"), "vault"),
    ),
)
