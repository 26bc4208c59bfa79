"""Virtual networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.addresses import inside, is_cidr, overlap
from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.tokens import SUBNET
from local_cloud.server.plan.planned import Origin, Planned
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Range, Related, items_at, part
from local_cloud.server.values.guids import stable_guid
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.wire import UNKNOWN
from local_cloud.services.network.rules.names import VIRTUAL_NETWORK_NAME
from local_cloud.services.network.rules.peerings_in_plan import NETWORKS_IN_PLAN
from local_cloud.services.network.rules.subnets import EXAMPLE_SUBNET_PROPERTIES, has_ranges, prefixes, subnet_rules

_NETWORKS: Final = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
_SUBNET: Final = {"name": "snet-apps", **EXAMPLE_SUBNET_PROPERTIES}


def _spaces(inputs: Inputs) -> list[Any]:
    return items_at(inputs, "addressSpace.addressPrefixes[]")


def _subnets_keep_apart(inputs: Inputs) -> bool:
    return not overlap(each for subnet in items_at(inputs, "subnets[]") for each in prefixes(subnet))


def _subnets_lie_inside(subnet: Any, inputs: Inputs) -> bool:
    return all(inside(each, _spaces(inputs)) for each in prefixes(subnet))


class VirtualNetwork(AzureType):
    """A virtual network, with its subnets inline or, better, each a resource of its own."""

    token = "azure-native:network:VirtualNetwork"
    path = "Microsoft.Network/virtualNetworks/{virtualNetworkName}"
    unseen: ClassVar = {
        "addressSpace.addressPrefixes[]": "a network that it is peered with elsewhere has addresses of it",
        "virtualNetworkPeerings[].remoteVirtualNetwork.id": (
            "the deployer may not peer with the network, or the network is peered with one of the same addresses"
        ),
    }
    rules = (
        VIRTUAL_NETWORK_NAME,
        Related(
            path="addressSpace.addressPrefixes[]",
            test=lambda text, _: is_cidr(text),
            says="a range is given in CIDR form without host bits: 10.10.0.0/16",
            source=_NETWORKS,
            passes={"addressSpace.addressPrefixes": ["10.10.0.0/16", "fd00:db8::/48"]},
            fails={"addressSpace.addressPrefixes": ["10.10.0.1/16"], "subnets": []},
        ),
        Combination(
            path="addressSpace.addressPrefixes",
            test=lambda inputs: not overlap(_spaces(inputs)),
            says="a network's ranges do not overlap",
            source=_NETWORKS,
            passes={"addressSpace.addressPrefixes": ["10.10.0.0/16", "10.11.0.0/16"]},
            fails={"addressSpace.addressPrefixes": ["10.10.0.0/16", "10.10.4.0/24"]},
        ),
        Combination(
            path="addressSpace",
            test=lambda inputs: (
                bool(_spaces(inputs)) != bool(part(inputs, "addressSpace").get("ipamPoolPrefixAllocations"))
            ),
            says="a network needs addressPrefixes, or a pool that gives them",
            source="https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/create-or-update",
            passes={"addressSpace": {"addressPrefixes": ["10.10.0.0/16"]}},
            fails={"addressSpace": {}},
        ),
        Combination(
            path="subnets",
            test=_subnets_keep_apart,
            says="subnets do not overlap",
            source=_NETWORKS,
            passes={"subnets": [_SUBNET, {"name": "snet-other", "addressPrefix": "10.10.2.0/28"}]},
            fails={"subnets": [_SUBNET, {"name": "snet-other", "addressPrefix": "10.10.1.0/28"}]},
        ),
        Related(
            path="subnets[]",
            test=_subnets_lie_inside,
            says="a subnet lies within one of the network's ranges",
            source=_NETWORKS,
            passes={"subnets[].addressPrefix": "10.10.8.0/23"},
            fails={"subnets[].addressPrefix": "10.20.0.0/23"},
        ),
        Related(
            path="subnets[]",
            test=has_ranges,
            says="a subnet has an addressPrefix, addressPrefixes or ipamPoolPrefixAllocations",
            source="https://learn.microsoft.com/rest/api/virtualnetwork/subnets/create-or-update",
            passes={"subnets[].addressPrefix": None, "subnets[].addressPrefixes": ["10.10.0.0/23"]},
            fails={"subnets[].addressPrefix": None},
        ),
        Range(
            path="flowTimeoutInMinutes",
            least=4,
            most=30,
            says="flows time out after 4 to 30 minutes",
            source="https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/create-or-update",
            passes=4,
            fails=3,
        ),
        *subnet_rules("subnets[]", _SUBNET),
    )
    plan_rules = NETWORKS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "virtualNetworkName": "vnet-ignition-dev",
        "location": "westeurope",
        "addressSpace": {"addressPrefixes": ["10.10.0.0/16", "172.30.0.0/16"]},
        "subnets": [_SUBNET],
    }

    def inline(self, planned: Planned) -> Iterator[Planned]:
        """The subnets that it declares, where all of them are told."""
        items = planned.inputs.get("subnets")
        if not is_list(items) or not all(is_object(each) for each in items):
            return
        for number, each in enumerate(items):
            at = f"subnets[{number}]."
            origins = {path.removeprefix(at): origin for path, origin in planned.origins.items() if path.startswith(at)}
            group = planned.origins.get("resourceGroupName")
            yield Planned(
                urn=f"{planned.urn}.subnets[{number}]",
                token=SUBNET,
                inputs={
                    **{name: value for name, value in each.items() if name not in {"name", "id"}},
                    "resourceGroupName": planned.inputs.get("resourceGroupName"),
                    "virtualNetworkName": UNKNOWN,
                    "subnetName": each.get("name"),
                },
                origins={
                    **origins,
                    **({"resourceGroupName": group} if group is not None else {}),
                    "virtualNetworkName": Origin((planned.urn,), "name"),
                },
                provider=planned.provider,
                position=planned.position,
                declared_by=planned.urn,
            )

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The network's own GUID, and the ids of the subnets that came with it."""
        subnets = [
            {**subnet, "id": f"{resource_id}/subnets/{subnet.get('name')}", "provisioningState": "Succeeded"}
            for subnet in items_at(inputs, "subnets[]")
        ]
        return {"resourceGuid": stable_guid("resource", resource_id)} | ({"subnets": subnets} if subnets else {})
