"""Virtual networks: a subnet made on its own."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.rules import Combination
from local_cloud.services.network.rules.addresses_in_plan import SUBNETS_IN_PLAN
from local_cloud.services.network.rules.names import SUBNET_NAME, VIRTUAL_NETWORK_NAME
from local_cloud.services.network.rules.subnets import (
    EXAMPLE_SUBNET_PROPERTIES,
    has_ranges,
    subnet_rules,
    suits_its_name,
)

_EXAMPLE: Final = {
    "resourceGroupName": "rg-ignition-dev",
    "virtualNetworkName": "vnet-ignition-dev",
    "subnetName": "snet-apps",
    **EXAMPLE_SUBNET_PROPERTIES,
}


class Subnet(AzureType):
    """A subnet; its range and delegation can change only while nothing lives in it, which Azure judges."""

    token = "azure-native:network:Subnet"
    path = "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}"
    unseen: ClassVar = {
        "addressPrefix": "a subnet of another program has addresses of it",
        "delegations[].serviceName": "something stands in the subnet that keeps its delegation from changing",
    }
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
        Combination(
            path="subnetName",
            test=lambda inputs: suits_its_name(inputs, inputs["subnetName"]),
            says="AzureBastionSubnet and AzureFirewallSubnet are /26 or larger, RouteServerSubnet /27, GatewaySubnet /29; none of them is "
            "delegated, and only AzureBastionSubnet has a security group",
            source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
            passes={
                "subnetName": "GatewaySubnet",
                "addressPrefix": "10.10.8.0/27",
                "delegations": [],
                "networkSecurityGroup": None,
            },
            fails={"subnetName": "GatewaySubnet", "addressPrefix": "10.10.8.0/27", "delegations": []},
        ),
        *subnet_rules("", _EXAMPLE),
    )
    plan_rules = SUBNETS_IN_PLAN
    example: ClassVar = _EXAMPLE
