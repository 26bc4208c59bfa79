"""Rules over the plan on addresses: subnets in their network, and what guards and routes them."""

from __future__ import annotations

import itertools
from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import network, security_group, subnet
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import OneAtATime
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.ranges import NoOverlap, network_of
from local_cloud.server.plan.rules import Fits, LeadsTo

_ADD_SUBNET: Final = "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet#add-a-subnet"
_SECURITY_GROUPS: Final = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"


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


_APART: Final = Sketch(apps=subnet("snet-apps", "10.10.0.0/24"), data=subnet("snet-data", "10.10.1.0/24"))
_INLINE: Final = network(subnets=[{"name": "snet-inline", "addressPrefix": "10.10.8.0/24"}])


def _guarded(region: str) -> Sketch:
    return Sketch(
        network=network(),
        rules=security_group(location=region),
        apps=subnet("snet-apps", "10.10.0.0/24", networkSecurityGroup={"id": Ref("rules")}),
    )


def _routed(at: str, token: str, region: str) -> Sketch:
    return Sketch(
        network=network(),
        part=(token, {"resourceGroupName": "rg-ignition-dev", "location": region}),
        apps=subnet("snet-apps", "10.10.0.0/24", None, **{at: {"id": Ref("part")}}),
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
    *(
        Fits(
            id=f"network.{name}-in-another-region",
            of=tokens.SUBNET,
            path=f"{at}.id",
            along=f"{at}.id",
            to=(token,),
            fits=in_one_region,
            says=f"{noun} is in the region of the network whose subnet uses it",
            remedy="Give '{other}' the location of the network of '{this}'",
            source=source,
            passes=_routed(at, token, "westeurope"),
            fails=_routed(at, token, "northeurope"),
        )
        for name, at, token, noun, source in (
            (
                "route-table",
                "routeTable",
                "azure-native:network:RouteTable",
                "a route table",
                "https://learn.microsoft.com/azure/virtual-network/manage-route-table#associate-a-route-table-to-a-subnet",
            ),
            (
                "nat-gateway",
                "natGateway",
                "azure-native:network:NatGateway",
                "a NAT gateway",
                "https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource",
            ),
        )
    ),
)
