"""Rules over the plan on addresses: subnets in their network, networks that are peered, security groups of subnets."""

from __future__ import annotations

import itertools
from typing import Final

from local_cloud.packages.azure_native import sketches, tokens
from local_cloud.packages.azure_native.sketches import network, security_group, subnet
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import OneAtATime
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.ranges import NoOverlap, network_of
from local_cloud.server.plan.rules import Fits, LeadsTo
from local_cloud.server.rules import objects

_ADD_SUBNET: Final = "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet#add-a-subnet"
_SECURITY_GROUPS: Final = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"
_REMOTE: Final = "remoteVirtualNetwork.id"
_PEERINGS: Final = "virtualNetworkPeerings[].remoteVirtualNetwork.id"


def ranges_of(plan: Plan, subnet_: Planned) -> list[str]:
    """A subnet's ranges, one or several."""
    return [str(each) for each in (*plan.keys(subnet_, "addressPrefix"), *plan.keys(subnet_, "addressPrefixes[]"))]


def spaces_of(plan: Plan, network_: Planned) -> list[str]:
    """A network's address space."""
    return [str(each) for each in plan.keys(network_, "addressSpace.addressPrefixes[]")]


def share_addresses(some: list[str], others: list[str]) -> bool:
    """Whether any range of one list overlaps any of the other."""
    pairs = itertools.product(map(network_of, some), map(network_of, others))
    return any(
        one is not None and other is not None and one.version == other.version and one.overlaps(other)
        for one, other in pairs
    )


def _lies_in(plan: Plan, subnet_: Planned, network_: Planned) -> bool:
    spaces = [network_of(each) for each in spaces_of(plan, network_)]
    if not spaces:
        return True  # a pool gives them
    ranges = [network_of(each) for each in ranges_of(plan, subnet_)]
    return all(
        any(space is not None and space.version == each.version and each.subnet_of(space) for space in spaces)  # type: ignore[arg-type]  the versions are the same
        for each in ranges
        if each is not None
    )


def _keeps_off_inline_ones(plan: Plan, subnet_: Planned, network_: Planned) -> bool:
    inline = [*plan.keys(network_, "subnets[].addressPrefix"), *plan.keys(network_, "subnets[].addressPrefixes[]")]
    names = plan.keys(network_, "subnets[].name")
    return plan.key(subnet_, "subnetName") not in names and not share_addresses(
        ranges_of(plan, subnet_), [str(each) for each in inline]
    )


def _lends_its_gateway(plan: Plan, one: Planned, hub: Planned) -> bool:
    """Whether the other network's peering, where the plan has it, lends its gateway to one that uses it."""
    inputs, identity = plan.read(one), plan.identity(hub)
    peerings = objects(inputs, "virtualNetworkPeerings")
    uses = any(
        each.get("useRemoteGateways") is True
        and plan.key_at(one, f"virtualNetworkPeerings[{number}].{_REMOTE}") == identity
        for number, each in enumerate(peerings)
    )
    lends = objects(plan.read(hub), "virtualNetworkPeerings")
    return not uses or any(each.get("allowGatewayTransit") is True for each in lends)


_APART: Final = Sketch(apps=subnet("snet-apps", "10.10.0.0/24"), data=subnet("snet-data", "10.10.1.0/24"))
_INLINE: Final = network(subnets=[{"name": "snet-inline", "addressPrefix": "10.10.8.0/24"}])
_HUB: Final = network("vnet-hub", "10.0.0.0/16")


def _spoke(space: str) -> sketches.Sketched:
    return network(
        "vnet-spoke", space, virtualNetworkPeerings=[{"name": "hub", "remoteVirtualNetwork": {"id": Ref("hub")}}]
    )


def _gateway(*, lent: bool) -> Sketch:
    spoke = "/subscriptions/s/resourceGroups/rg-ignition-dev/providers/Microsoft.Network/virtualNetworks/vnet-spoke"
    back = {"name": "spoke", "remoteVirtualNetwork": {"id": spoke}, "allowGatewayTransit": lent}
    there = {"name": "hub", "remoteVirtualNetwork": {"id": Ref("hub")}, "useRemoteGateways": True}
    return Sketch(
        hub=network("vnet-hub", "10.0.0.0/16", virtualNetworkPeerings=[back]),
        spoke=network("vnet-spoke", "10.1.0.0/16", virtualNetworkPeerings=[there]),
    )


def _guarded(region: str) -> Sketch:
    return Sketch(
        network=network(),
        rules=security_group(location=region),
        apps=subnet("snet-apps", "10.10.0.0/24", networkSecurityGroup={"id": Ref("rules")}),
    )


SUBNETS_IN_PLAN: Final = (
    NoOverlap(
        id="network.subnets-overlap",
        of=tokens.SUBNET,
        path="addressPrefix",
        ranges=ranges_of,
        scope=Plan.place,
        says="two subnets of a virtual network share no address (NetcfgSubnetRangesOverlap)",
        remedy="Give '{this}' a range that '{other}' does not use",
        source=_ADD_SUBNET,
        passes=_APART,
        fails=Sketch(apps=subnet("snet-apps", "10.10.0.0/24"), data=subnet("snet-data", "10.10.0.128/25")),
    ),
    Fits(
        id="network.subnet-outside-its-network",
        of=tokens.SUBNET,
        path="addressPrefix",
        to=(tokens.NETWORK,),
        fits=_lies_in,
        says="a subnet's range lies within the address space of its virtual network (NetcfgInvalidSubnet)",
        remedy="Choose a range within the space of '{other}', or widen that one's addressSpace",
        source=_ADD_SUBNET,
        passes=Sketch(network=network(), apps=subnet("snet-apps", "10.10.0.0/24")),
        fails=Sketch(network=network(), apps=subnet("snet-apps", "10.20.0.0/24")),
    ),
    Fits(
        id="network.subnet-against-an-inline-one",
        of=tokens.SUBNET,
        path="addressPrefix",
        to=(tokens.NETWORK,),
        fits=_keeps_off_inline_ones,
        says="a subnet shares neither its name nor an address with the subnets that its network declares inline",
        remedy="Declare every subnet of '{other}' on its own, and give '{this}' a name and a range that no other has",
        source=_ADD_SUBNET,
        passes=Sketch(network=_INLINE, apps=subnet("snet-apps", "10.10.0.0/24")),
        fails=Sketch(network=_INLINE, apps=subnet("snet-apps", "10.10.8.128/25")),
    ),
    OneAtATime(
        id="network.subnets-at-once",
        of=tokens.SUBNET,
        path="virtualNetworkName",
        scope=Plan.place,
        warning=True,
        says="a virtual network takes one change at a time (AnotherOperationInProgress); the provider tries again only a few times",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source="https://github.com/pulumi/pulumi-azure-native/issues/903",
        passes=Sketch(
            apps=subnet("snet-apps", "10.10.0.0/24"),
            data=subnet("snet-data", "10.10.1.0/24", depends_on=["apps"]),
        ),
        fails=_APART,
    ),
    Fits(
        id="network.security-group-in-another-region",
        of=tokens.SUBNET,
        path="networkSecurityGroup.id",
        along="networkSecurityGroup.id",
        to=(tokens.SECURITY_GROUP,),
        fits=in_one_region,
        says="a security group is in the region of the network whose subnet it guards",
        remedy="Give '{other}' the location of the network of '{this}'",
        source=f"{_SECURITY_GROUPS}#limits",
        passes=_guarded("West Europe"),
        fails=_guarded("northeurope"),
    ),
    LeadsTo(
        id="network.security-group-of-another-kind",
        of=tokens.SUBNET,
        path="networkSecurityGroup.id",
        to=(tokens.SECURITY_GROUP,),
        says="a subnet is guarded by the id of a network security group",
        remedy="Pass the `id` of a NetworkSecurityGroup, not of '{other}'",
        source=_SECURITY_GROUPS,
        passes=_guarded("westeurope"),
        fails=Sketch(
            network=network(), apps=subnet("snet-apps", "10.10.0.0/24", networkSecurityGroup={"id": Ref("network")})
        ),
    ),
)

NETWORKS_IN_PLAN: Final = (
    Fits(
        id="network.peered-networks-overlap",
        of=tokens.NETWORK,
        path="addressSpace.addressPrefixes",
        along=_PEERINGS,
        to=(tokens.NETWORK,),
        fits=lambda plan, one, other: not share_addresses(spaces_of(plan, one), spaces_of(plan, other)),
        says="networks that are peered share no address (VnetAddressSpacesOverlap)",
        remedy="Give '{this}' an address space that '{other}' does not use",
        source="https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
        passes=Sketch(hub=_HUB, spoke=_spoke("10.1.0.0/16")),
        fails=Sketch(hub=_HUB, spoke=_spoke("10.0.128.0/17")),
    ),
    Fits(
        id="network.inline-security-group-in-another-region",
        of=tokens.NETWORK,
        path="subnets",
        along="subnets[].networkSecurityGroup.id",
        to=(tokens.SECURITY_GROUP,),
        fits=in_one_region,
        says="a security group is in the region of the network whose subnet it guards",
        remedy="Give '{other}' the location of '{this}'",
        source=f"{_SECURITY_GROUPS}#limits",
        passes=Sketch(
            rules=security_group(),
            network=network(subnets=[{"name": "a", "networkSecurityGroup": {"id": Ref("rules")}}]),
        ),
        fails=Sketch(
            rules=security_group(location="eastus"),
            network=network(subnets=[{"name": "a", "networkSecurityGroup": {"id": Ref("rules")}}]),
        ),
    ),
    Fits(
        id="network.uses-a-gateway-that-is-not-lent",
        of=tokens.NETWORK,
        path="virtualNetworkPeerings",
        along=_PEERINGS,
        to=(tokens.NETWORK,),
        fits=_lends_its_gateway,
        says="useRemoteGateways needs allowGatewayTransit on the other network's peering (RemotePeeringDoesNotAllowGatewayTransit)",
        remedy="Set allowGatewayTransit=True on the peering of '{other}', or useRemoteGateways=False on '{this}'",
        source="https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit",
        passes=_gateway(lent=True),
        fails=_gateway(lent=False),
    ),
    LeadsTo(
        id="network.peered-with-another-kind",
        of=tokens.NETWORK,
        path=_PEERINGS,
        to=(tokens.NETWORK,),
        says="a peering leads to the id of a virtual network",
        remedy="Pass the `id` of a VirtualNetwork, not of '{other}'",
        source="https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
        passes=Sketch(hub=_HUB, spoke=_spoke("10.1.0.0/16")),
        fails=Sketch(hub=subnet("snet-hub", "10.0.0.0/24"), spoke=_spoke("10.1.0.0/16")),
    ),
)
