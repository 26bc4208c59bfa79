"""Private DNS: a zone."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import NAME_RULES
from local_cloud.server.rules import Choice, Pattern

PRIVATE_ZONE_NAME: Final = Pattern(
    path="privateZoneName",
    regex=r"(?=.{1,253}$)(?i:[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.(?i:[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)){1,33}",
    says="a private zone's name has 2 to 34 labels of up to 63 letters, digits, hyphens and underscores",
    source=f"{NAME_RULES}#microsoftnetwork",
    passes="privatelink.vaultcore.azure.net",
    fails="internal",
)
GLOBAL: Final = Choice(
    path="location",
    among=("global",),
    form=str.lower,
    says="private DNS has the location global",
    source="https://learn.microsoft.com/azure/dns/private-dns-getstarted-cli",
    passes="Global",
    fails="westeurope",
)


class PrivateZone(AzureType):
    """A private zone; who sees it is decided by its links."""

    token = "azure-native:privatedns:PrivateZone"
    path = "Microsoft.Network/privateDnsZones/{privateZoneName}"
    unseen: ClassVar = {
        "privateZoneName": "the resource group has a zone of that name already, made elsewhere",
    }
    rules = (PRIVATE_ZONE_NAME, GLOBAL)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "privateZoneName": "ignition.private.postgres.database.azure.com",
        "location": "global",
    }
