"""Private DNS: the link that lets a network see a zone."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_NETWORK, arm_id
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, part
from local_cloud.services.network.rules.names import network_name
from local_cloud.services.network.rules.private_dns_in_plan import LINKS_IN_PLAN
from local_cloud.services.network.types.privatedns_private_zone import GLOBAL, PRIVATE_ZONE_NAME

_LINKS = "https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links"


class VirtualNetworkLink(AzureType):
    """A link; to another network it is another link."""

    token = "azure-native:privatedns:VirtualNetworkLink"
    path = "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}"
    immutable = ("virtualNetwork.id",)
    unseen: ClassVar = {
        "virtualNetwork.id": "the network is linked with a zone of that name elsewhere",
    }
    rules = (
        PRIVATE_ZONE_NAME,
        network_name("virtualNetworkLinkName", "link", least=1, most=80, passes="vnet-ignition-dev"),
        GLOBAL,
        arm_id("virtualNetwork.id", "Microsoft.Network/virtualNetworks", source=_LINKS, noun="a virtual network"),
        Combination(
            path="virtualNetwork",
            test=lambda inputs: part(inputs, "virtualNetwork").get("id") is not None,
            says="a link needs the id of the network",
            source=_LINKS,
            passes={"virtualNetwork": {"id": EXAMPLE_NETWORK}},
            fails={"virtualNetwork": None},
        ),
        Combination(
            path="registrationEnabled",
            test=lambda inputs: (
                inputs.get("registrationEnabled") is not True
                or not str(inputs["privateZoneName"]).startswith("privatelink.")
            ),
            says="virtual machines do not register themselves in a privatelink zone",
            source="https://learn.microsoft.com/azure/dns/private-dns-autoregistration#restrictions",
            passes={"registrationEnabled": True},
            fails={"registrationEnabled": True, "privateZoneName": "privatelink.vaultcore.azure.net"},
        ),
    )
    plan_rules = LINKS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "privateZoneName": "ignition.private.postgres.database.azure.com",
        "virtualNetworkLinkName": "vnet-ignition-dev",
        "location": "global",
        "virtualNetwork": {"id": EXAMPLE_NETWORK},
        "registrationEnabled": False,
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The link works at once."""
        return {"virtualNetworkLinkState": "Completed"}
