"""Virtual networks: a subnet made on its own."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.plan.examples import DEPENDS_ON, Sketch
from local_cloud.server.plan.order import OneAtATime
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.ranges import NoOverlap, network_of
from local_cloud.server.plan.rules import Fits
from local_cloud.server.rules import Combination
from local_cloud.services.network.rules.names import SUBNET_NAME, VIRTUAL_NETWORK_NAME
from local_cloud.services.network.rules.subnets import EXAMPLE_SUBNET_PROPERTIES, has_ranges, subnet_rules

_EXAMPLE: Final = {
    "resourceGroupName": "rg-ignition-dev",
    "virtualNetworkName": "vnet-ignition-dev",
    "subnetName": "snet-apps",
    **EXAMPLE_SUBNET_PROPERTIES,
}

_TOKEN: Final = "azure-native:network:Subnet"
_NETWORK_TOKEN: Final = "azure-native:network:VirtualNetwork"
_ADD_SUBNET: Final = "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet#add-a-subnet"
_NETWORK: Final = {
    "resourceGroupName": "rg-ignition-dev",
    "virtualNetworkName": "vnet-ignition-dev",
    "addressSpace": {"addressPrefixes": ["10.10.0.0/16"]},
}


def _subnet(name: str, prefix: str, **others: Any) -> tuple[str, dict[str, Any]]:
    return _TOKEN, {**_EXAMPLE, "subnetName": name, "addressPrefix": prefix, **others}


def _ranges(plan: Plan, subnet: Planned) -> list[str]:
    return [str(each) for each in (*plan.keys(subnet, "addressPrefix"), *plan.keys(subnet, "addressPrefixes[]"))]


def _lies_in(plan: Plan, subnet: Planned, network: Planned) -> bool:
    spaces = [network_of(each) for each in plan.keys(network, "addressSpace.addressPrefixes[]")]
    ranges = [network_of(each) for each in _ranges(plan, subnet)]
    return all(
        any(space is not None and space.version == each.version and each.subnet_of(space) for space in spaces)  # type: ignore[arg-type]  the versions are the same
        for each in ranges
        if each is not None
    )


class Subnet(AzureType):
    """A subnet; its range and delegation can change only while nothing lives in it, which Azure judges."""

    token = _TOKEN
    path = "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}"
    rules = (
        VIRTUAL_NETWORK_NAME,
        SUBNET_NAME,
        Combination(
            path="addressPrefix",
            test=lambda inputs: has_ranges(inputs, inputs),
            says="a subnet has an addressPrefix, addressPrefixes or ipamPoolPrefixAllocations",
            source="https://learn.microsoft.com/rest/api/virtualnetwork/subnets/create-or-update",
            passes={"addressPrefix": None, "addressPrefixes": ["10.10.0.0/23"]},
            fails={"addressPrefix": None},
        ),
        *subnet_rules("", _EXAMPLE),
    )
    plan_rules = (
        NoOverlap(
            id="network.subnets-overlap",
            of=_TOKEN,
            path="addressPrefix",
            ranges=_ranges,
            scope=Plan.place,
            says="two subnets of a virtual network share no address (NetcfgSubnetRangesOverlap)",
            remedy="Give '{this}' a range that '{other}' does not use",
            source=_ADD_SUBNET,
            passes=Sketch(apps=_subnet("snet-apps", "10.10.0.0/24"), data=_subnet("snet-data", "10.10.1.0/24")),
            fails=Sketch(apps=_subnet("snet-apps", "10.10.0.0/24"), data=_subnet("snet-data", "10.10.0.128/25")),
        ),
        Fits(
            id="network.subnet-outside-its-network",
            of=_TOKEN,
            path="addressPrefix",
            to=(_NETWORK_TOKEN,),
            fits=_lies_in,
            says="a subnet's range lies within the address space of its virtual network (NetcfgInvalidSubnet)",
            remedy="Choose a range within the space of '{other}', or widen that one's addressSpace",
            source=_ADD_SUBNET,
            passes=Sketch(network=(_NETWORK_TOKEN, _NETWORK), apps=_subnet("snet-apps", "10.10.0.0/24")),
            fails=Sketch(network=(_NETWORK_TOKEN, _NETWORK), apps=_subnet("snet-apps", "10.20.0.0/24")),
        ),
        OneAtATime(
            id="network.subnets-at-once",
            of=_TOKEN,
            path="virtualNetworkName",
            scope=Plan.place,
            warning=True,
            says="a virtual network takes one change at a time (AnotherOperationInProgress)",
            remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
            source="https://learn.microsoft.com/azure/networking/troubleshoot-failed-state",
            passes=Sketch(
                apps=_subnet("snet-apps", "10.10.0.0/24"),
                data=_subnet("snet-data", "10.10.1.0/24", **{DEPENDS_ON: ["apps"]}),
            ),
            fails=Sketch(apps=_subnet("snet-apps", "10.10.0.0/24"), data=_subnet("snet-data", "10.10.1.0/24")),
        ),
    )
    example: ClassVar = _EXAMPLE
