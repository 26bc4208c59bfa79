"""Rules over the plan on networks: whom they are peered with, and what guards the subnets that they declare inline."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import sketches, tokens
from local_cloud.packages.azure_native.sketches import network, security_group, subnet
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo, Together
from local_cloud.server.rules import objects
from local_cloud.services.network.rules.addresses_in_plan import share_addresses, spaces_of

_PEERING: Final = (
    "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#requirements-and-constraints"
)
_SECURITY_GROUPS: Final = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"
_REMOTE: Final = "remoteVirtualNetwork.id"
_PEERINGS: Final = "virtualNetworkPeerings[].remoteVirtualNetwork.id"
_HUB: Final = network("vnet-hub", "10.0.0.0/16")


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


def _all_peers(plan: Plan, one: Planned) -> list[Planned]:
    """The networks of the plan that a network is peered with as wholes, one for each peering."""
    if False in plan.keys(one, "virtualNetworkPeerings[].peerCompleteVnets"):
        return []
    return [each for each in plan.targets(one, _PEERINGS, tokens.NETWORK) if isinstance(each, Planned)]


def _overlapping_peers(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.NETWORK):
        yield from plan.as_far_as_known(_peers_that_overlap, each)


def _peers_that_overlap(plan: Plan, one: Planned) -> Iterator[tuple[Planned, Planned]]:
    for first, second in itertools.combinations(_all_peers(plan, one), 2):
        if first is not second and share_addresses(spaces_of(plan, first), spaces_of(plan, second)):
            yield one, second


def _peered_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.NETWORK):
        peers = plan.targets(each, _PEERINGS, tokens.NETWORK)
        yield from (
            (each, other) for other in dict.fromkeys(peers) if isinstance(other, Planned) and peers.count(other) > 1
        )


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


def _to_both(first: str, second: str, **remote: Any) -> Sketch:
    peerings = [{"name": name, "remoteVirtualNetwork": {"id": Ref(remote.get(name, name))}} for name in ("one", "two")]
    return Sketch(
        one=network("vnet-one", first),
        two=network("vnet-two", second),
        hub=network("vnet-hub", "10.0.0.0/16", virtualNetworkPeerings=peerings),
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
    Together(
        id="network.peers-that-overlap",
        of=tokens.NETWORK,
        path="virtualNetworkPeerings",
        test=_overlapping_peers,
        says="two networks that a network is peered with share no address either (VnetAddressSpaceOverlapsWithAlreadyPeeredVnet)",
        remedy="Give '{other}' an address space that no other peer of '{this}' uses",
        source=_PEERING,
        passes=_to_both("10.1.0.0/16", "10.2.0.0/16"),
        fails=_to_both("10.1.0.0/16", "10.1.128.0/17"),
    ),
    Together(
        id="network.peered-twice",
        of=tokens.NETWORK,
        path="virtualNetworkPeerings",
        test=_peered_twice,
        says="a network has one peering with another one (AnotherPeeringAlreadyReferencesRemoteVnet)",
        remedy="Leave one of the peerings of '{this}' with '{other}' out",
        source=_PEERING,
        passes=_to_both("10.1.0.0/16", "10.2.0.0/16"),
        fails=_to_both("10.1.0.0/16", "10.2.0.0/16", two="one"),
    ),
)
