"""Where PostgreSQL flexible servers may have a standby in another zone, and backups in another region."""

from __future__ import annotations

from typing import Final

from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import ListedCombination, Rule, part

AS_OF: Final = "2025-12-22"
"""The date that the table of regions bears."""
_SOURCE: Final = (
    "https://github.com/MicrosoftDocs/azure-databases-docs/blob/main/articles/postgresql/includes/regions-table.md"
)
_REGIONS: Final = """
australiacentral - geo
australiaeast zones geo
australiasoutheast - geo
austriaeast zones -
belgiumcentral zones -
brazilsouth blocked -
canadacentral zones geo
canadaeast - geo
centralindia blocked geo
centralus zones geo
chilecentral zones -
chinaeast3 - geo
chinanorth3 zones geo
eastasia blocked geo
eastus blocked geo
eastus2 blocked geo
francecentral zones geo
francesouth - geo
germanynorth - geo
germanywestcentral blocked geo
indonesiacentral zones -
israelcentral zones -
italynorth zones -
japaneast zones geo
japanwest - geo
jioindiacentral - geo
jioindiawest - geo
koreacentral zones geo
koreasouth - geo
malaysiawest zones -
mexicocentral blocked -
newzealandnorth zones -
northcentralus - geo
northeurope blocked geo
norwayeast zones geo
norwaywest - geo
polandcentral zones -
qatarcentral blocked -
southafricanorth zones geo
southafricawest - geo
southcentralus blocked geo
southeastasia blocked geo
southindia zones geo
spaincentral zones -
swedencentral zones geo
switzerlandnorth zones geo
switzerlandwest - geo
uaecentral - geo
uaenorth zones geo
uksouth zones geo
ukwest - geo
usgovvirginia zones geo
westcentralus - geo
westeurope blocked geo
westus - geo
westus2 blocked geo
westus3 zones -
"""
"""
A region a line. `zones`: it takes new servers with a standby in another zone. `blocked`: it has zones, and takes no new ones for the
time being (`$` in the table). `geo`: backups can be copied to the paired region. A region that is not here has neither.
"""
_MARKS: Final = {region: marks for region, *marks in map(str.split, _REGIONS.split("\n")[1:-1])}


def _has(inputs: Inputs, mark: str) -> bool:
    return mark in _MARKS.get(str(inputs.get("location", "")).replace(" ", "").lower(), ())


def _standby_is_possible(inputs: Inputs) -> bool:
    if part(inputs, "highAvailability").get("mode") != "ZoneRedundant":
        return True
    return _has(inputs, "zones")


def _geo_backup_is_possible(inputs: Inputs) -> bool:
    if part(inputs, "backup").get("geoRedundantBackup") != "Enabled":
        return True
    return _has(inputs, "geo")


REGION_RULES: Final[tuple[Rule, ...]] = (
    ListedCombination(
        path="location",
        test=_standby_is_possible,
        says=f"as of {AS_OF} the region takes no new server with a standby in another zone; choose a region such as swedencentral or "
        "francecentral, or SameZone. If Azure takes it again, accept the region in accepted-exceptions.yaml",
        source=_SOURCE,
        passes={"location": "swedencentral", "highAvailability": {"mode": "ZoneRedundant"}},
        fails={"location": "westeurope", "highAvailability": {"mode": "ZoneRedundant"}},
    ),
    ListedCombination(
        path="location",
        test=_geo_backup_is_possible,
        says=f"as of {AS_OF} backups of the region are not copied to another one; choose a region such as swedencentral, or disable "
        "geo-redundant backup",
        source=_SOURCE,
        passes={"location": "swedencentral", "backup.geoRedundantBackup": "Enabled"},
        fails={"location": "polandcentral", "backup.geoRedundantBackup": "Enabled"},
    ),
)
