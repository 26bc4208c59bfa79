"""Rules over the plan on the addresses of private endpoints: how many a subnet holds, and which ones may be chosen."""

from __future__ import annotations

import ipaddress
from collections.abc import Hashable, Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import endpoint, subnet
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.ranges import network_of
from local_cloud.server.plan.rules import AtMost, Fits, OneOfAKind, Together
from local_cloud.services.network.rules.addresses_in_plan import ranges_of

_DOCS: Final = "https://learn.microsoft.com/azure/private-link/private-endpoint-overview"
_RESERVED_ADDRESSES: Final = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
_KEPT_ADDRESSES: Final = 5


def _addresses(plan: Plan, resource: Planned) -> list[str]:
    return [str(each) for each in plan.keys(resource, "ipConfigurations[].privateIPAddress")]


def _stands_inside(plan: Plan, one: Planned, subnet_: Planned) -> bool:
    ranges = [each for text in ranges_of(plan, subnet_) if (each := network_of(text)) is not None]
    return all(any(ipaddress.ip_address(each) in range_ for range_ in ranges) for each in _addresses(plan, one))


def _keeps_off_azures_own(plan: Plan, one: Planned, subnet_: Planned) -> bool:
    ranges = [each for text in ranges_of(plan, subnet_) if (each := network_of(text)) is not None]
    taken = {str(each[number]) for each in ranges for number in (0, 1, 2, 3, -1)}
    return not taken & set(_addresses(plan, one))


def _room(plan: Plan, one: Planned) -> float | None:
    subnet_ = plan.target(one, "subnet.id", tokens.SUBNET)
    if not isinstance(subnet_, Planned):
        return None
    ranges = [each for text in ranges_of(plan, subnet_) if (each := network_of(text)) is not None]
    return sum(each.num_addresses - _KEPT_ADDRESSES for each in ranges) if ranges else None


def _taken_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[Any, Planned] = {}
    for each in plan.of(tokens.ENDPOINT):
        subnet_ = plan.key(each, "subnet.id")
        for address in _addresses(plan, each) if subnet_ is not None else ():
            other = seen.setdefault((subnet_, address), each)
            if other is not each:
                yield each, other


def _interface(plan: Plan, one: Planned) -> Hashable | None:
    name = plan.key(one, "customNetworkInterfaceName")
    return (plan.key(one, "resourceGroupName"), name) if name is not None else None


def _static(*addresses: str) -> Sketch:
    made = {
        f"endpoint{number}": endpoint(
            f"pe-{number}",
            subnet={"id": Ref("subnet")},
            ipConfigurations=[{"name": "one", "privateIPAddress": address}],
        )
        for number, address in enumerate(addresses)
    }
    return Sketch(subnet=subnet("snet-endpoints", "10.10.2.0/27"), **made)


def _many(prefix: str) -> Sketch:
    made = {f"endpoint{number}": endpoint(f"pe-{number}", subnet={"id": Ref("subnet")}) for number in range(4)}
    return Sketch(subnet=subnet("snet-endpoints", prefix), **made)


ENDPOINT_ADDRESSES_IN_PLAN: Final = (
    AtMost(
        id="network.subnet-too-small-for-its-endpoints",
        of=tokens.ENDPOINT,
        path="subnet.id",
        scope=lambda plan, each: plan.key(each, "subnet.id"),
        limit=_room,
        says=f"a private endpoint takes an address, and Azure keeps {_KEPT_ADDRESSES} of every subnet (SubnetIsFull)",
        remedy="Give the subnet of '{this}' and '{other}' a shorter prefix, or spread the endpoints",
        source=_RESERVED_ADDRESSES,
        passes=_many("10.10.2.0/28"),
        fails=_many("10.10.2.0/29"),
    ),
    Fits(
        id="network.endpoint-address-outside-its-subnet",
        of=tokens.ENDPOINT,
        path="ipConfigurations",
        along="subnet.id",
        to=(tokens.SUBNET,),
        fits=_stands_inside,
        says="a static address of a private endpoint lies within its subnet",
        remedy="Choose an address of '{other}'",
        source=_DOCS,
        passes=_static("10.10.2.10"),
        fails=_static("10.10.3.10"),
    ),
    Fits(
        id="network.endpoint-address-that-azure-keeps",
        of=tokens.ENDPOINT,
        path="ipConfigurations",
        along="subnet.id",
        to=(tokens.SUBNET,),
        fits=_keeps_off_azures_own,
        says="the first four addresses of a subnet and its last one are Azure's own",
        remedy="Choose the fifth address of '{other}' or a later one",
        source=_RESERVED_ADDRESSES,
        passes=_static("10.10.2.4"),
        fails=_static("10.10.2.3"),
    ),
    Together(
        id="network.endpoint-address-twice",
        of=tokens.ENDPOINT,
        path="ipConfigurations",
        test=_taken_twice,
        says="an address of a subnet is given once",
        remedy="Give '{this}' another address than '{other}' has",
        source=_DOCS,
        passes=_static("10.10.2.4", "10.10.2.5"),
        fails=_static("10.10.2.4", "10.10.2.4"),
    ),
    OneOfAKind(
        id="network.endpoint-interface-twice",
        of=tokens.ENDPOINT,
        path="customNetworkInterfaceName",
        key=_interface,
        says="the name of a network interface is used once in a resource group",
        remedy="Give the interface of '{this}' another name",
        source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork",
        passes=Sketch(
            one=endpoint("pe-1", customNetworkInterfaceName="nic-1"),
            two=endpoint("pe-2", customNetworkInterfaceName="nic-2"),
        ),
        fails=Sketch(
            one=endpoint("pe-1", customNetworkInterfaceName="nic"),
            two=endpoint("pe-2", customNetworkInterfaceName="NIC"),
        ),
    ),
)
