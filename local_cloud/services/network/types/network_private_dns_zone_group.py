"""Private endpoints: the private zones in which an endpoint's address is written."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import arm_id, example_id
from local_cloud.server.rules import Length, Related
from local_cloud.services.network.rules.names import PRIVATE_ENDPOINT_NAME, network_name
from local_cloud.services.network.rules.private_dns_in_plan import ZONE_GROUPS_IN_PLAN

_DNS = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"
_ZONE = example_id("Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net")


class PrivateDnsZoneGroup(AzureType):
    """The zones of one endpoint; an endpoint has one such group."""

    token = "azure-native:network:PrivateDnsZoneGroup"
    path = "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
    unseen: ClassVar = {
        "privateDnsZoneConfigs[].privateDnsZoneId": "the zone has a record of that name, by an endpoint of another program",
    }
    rules = (
        PRIVATE_ENDPOINT_NAME,
        network_name("privateDnsZoneGroupName", "zone group", least=1, most=80, passes="default"),
        Length(
            path="privateDnsZoneConfigs",
            least=1,
            most=5,
            says="a group holds one to five zones",
            source=f"{_DNS}-integration",
            passes=[{"name": "vault", "privateDnsZoneId": _ZONE}],
            fails=[],
        ),
        Related(
            path="privateDnsZoneConfigs[]",
            test=lambda zone, _: bool(zone.get("name")) and bool(zone.get("privateDnsZoneId")),
            says="a zone has a name and the id of a private zone",
            source=_DNS,
            passes={"privateDnsZoneConfigs": [{"name": "vault", "privateDnsZoneId": _ZONE}]},
            fails={"privateDnsZoneConfigs": [{"privateDnsZoneId": _ZONE}]},
        ),
        arm_id(
            "privateDnsZoneConfigs[].privateDnsZoneId",
            "Microsoft.Network/privateDnsZones",
            source=_DNS,
            noun="a private DNS zone",
        ),
    )
    plan_rules = ZONE_GROUPS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "privateEndpointName": "pe-vault",
        "privateDnsZoneGroupName": "default",
        "privateDnsZoneConfigs": [{"name": "vault", "privateDnsZoneId": _ZONE}],
    }
