"""What PostgreSQL flexible servers ask of their inputs: names and logins, sizes, network."""

from __future__ import annotations

import re
from typing import Any, Final

from local_cloud.packages.azure_native.shared import NAME_RULES, arm_id, example_id
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Choice, Combination, Pattern, Range, Rule, Valid, part

_DOCS: Final = "https://learn.microsoft.com/azure/postgresql/flexible-server"
_TIERS: Final = {"B": "Burstable", "D": "GeneralPurpose", "E": "MemoryOptimized", "M": "MemoryOptimized"}
_PREMIUM_SIZES: Final = (32, 64, 128, 256, 512, 1024, 2048, 4095, 4096, 8192, 16384, 32767)
_RESERVED_LOGINS: Final = frozenset(
    {"azure_superuser", "azure_pg_admin", "azuresu", "admin", "administrator", "root", "guest", "public", "replication"}
)
_CREATED_FROM_ANOTHER: Final = frozenset({"PointInTimeRestore", "GeoRestore", "Replica", "ReviveDropped", "Update"})

SERVER_NAME: Final = Pattern(
    path="serverName",
    unseen="somebody else has the name, which is one for all of Azure",
    regex=r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    says="a server's name has 3 to 63 lower-case letters, digits and single hyphens, and begins and ends with a letter or digit",
    source=f"{NAME_RULES}#microsoftdbforpostgresql",
    passes="psql-ignition-dev",
    fails="PSQL_Bad",
)


def _part(inputs: Inputs, name: str) -> Any:
    return part(inputs, name)


def _is_login(text: str) -> bool:
    lowered = text.lower()
    is_name = re.fullmatch(r"[a-zA-Z_][\w.-]{0,62}", text) is not None
    return is_name and lowered not in _RESERVED_LOGINS and not lowered.startswith("pg_")


def _is_password(text: str) -> bool:
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
    return 8 <= len(text) <= 128 and sum(re.search(kind, text) is not None for kind in kinds) >= 3


def _has_a_login(inputs: Inputs) -> bool:
    by_password = _part(inputs, "authConfig").get("passwordAuth", "Enabled") == "Enabled"
    if not by_password or inputs.get("createMode") in _CREATED_FROM_ANOTHER:
        return True
    return inputs.get("administratorLogin") is not None and inputs.get("administratorLoginPassword") is not None


def _someone_may_log_in(inputs: Inputs) -> bool:
    auth = _part(inputs, "authConfig")
    return "Enabled" in {auth.get("passwordAuth", "Enabled"), auth.get("activeDirectoryAuth", "Disabled")}


def _burstable(inputs: Inputs) -> bool:
    return _part(inputs, "sku").get("tier") == "Burstable"


def _highly_available(inputs: Inputs) -> bool:
    return _part(inputs, "highAvailability").get("mode") in {"ZoneRedundant", "SameZone"}


def _zones_fit(inputs: Inputs) -> bool:
    availability = _part(inputs, "highAvailability")
    own, standby = inputs.get("availabilityZone"), availability.get("standbyAvailabilityZone")
    if not own or not standby:
        return True
    return (own == standby) == (availability.get("mode") == "SameZone")


def _name_fits_tier(inputs: Inputs) -> bool:
    sku = part(inputs, "sku")
    if not sku:
        return True
    found = re.fullmatch(r"Standard_([BDEM])\w+", sku["name"])
    return found is not None and _TIERS[found.group(1)] == sku["tier"]


def _size_fits_type(inputs: Inputs) -> bool:
    storage = _part(inputs, "storage")
    size = storage.get("storageSizeGB")
    if size is None:
        return True
    return size in _PREMIUM_SIZES if storage.get("type", "Premium_LRS") == "Premium_LRS" else 32 <= size <= 65536


# The lowest performance tier that a premium disk of a size has, by the largest size of the tier in GiB.
_BASE_TIERS: Final = ((32, 4), (64, 6), (128, 10), (256, 15), (512, 20), (1024, 30), (2048, 40), (4096, 50), (8192, 60))


def _tier_carries_its_size(inputs: Inputs) -> bool:
    storage = _part(inputs, "storage")
    size, tier = storage.get("storageSizeGB"), str(storage.get("tier") or "")
    least = next((number for largest, number in _BASE_TIERS if size is not None and size <= largest), None)
    return least is None or not tier[1:].isdecimal() or int(tier[1:]) >= least


def _sets_what_its_disk_takes(inputs: Inputs) -> bool:
    storage = _part(inputs, "storage")
    free = storage.get("type") in {"PremiumV2_LRS", "UltraSSD_LRS"}
    return free or (storage.get("iops") is None and storage.get("throughput") is None)


def _network_is_whole(inputs: Inputs) -> bool:
    network = _part(inputs, "network")
    injected = network.get("delegatedSubnetResourceId") is not None
    zoned = network.get("privateDnsZoneArmResourceId") is not None
    return injected == zoned


def _injected_is_private(inputs: Inputs) -> bool:
    network = _part(inputs, "network")
    return network.get("delegatedSubnetResourceId") is None or network.get("publicNetworkAccess") != "Enabled"


def _zone_is_not_the_servers(inputs: Inputs) -> bool:
    zone = _part(inputs, "network").get("privateDnsZoneArmResourceId")
    return zone is None or zone.rsplit("/", 1)[-1] != f"{inputs['serverName']}.postgres.database.azure.com"


SERVER_RULES: Final[tuple[Rule, ...]] = (
    Valid(
        path="administratorLogin",
        test=_is_login,
        says="a login has 1 to 63 letters, digits and underscores, is no reserved name (admin, root, azure_pg_admin, ...) "
        "and does not begin with pg_",
        source="https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update",
        passes="ignition_administrator",
        fails="pg_ignition",
    ),
    Valid(
        path="administratorLoginPassword",
        test=_is_password,
        says="a password has 8 to 128 characters of three kinds out of lower case, upper case, digits and others",
        source="https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update",
        passes="a-Passw0rd-of-an-example",
        hidden=True,
        fails="password",
    ),
    Combination(
        path="administratorLogin",
        test=_has_a_login,
        says="a new server with password authentication needs administratorLogin and administratorLoginPassword",
        source=f"{_DOCS}/concepts-azure-ad-authentication",
        passes={"administratorLogin": None, "authConfig.passwordAuth": "Disabled"},
        fails={"administratorLogin": None},
    ),
    Combination(
        path="authConfig",
        test=_someone_may_log_in,
        says="password or Microsoft Entra authentication must be enabled",
        source=f"{_DOCS}/concepts-azure-ad-authentication",
        passes={"authConfig": {"passwordAuth": "Disabled", "activeDirectoryAuth": "Enabled"}},
        fails={"authConfig": {"passwordAuth": "Disabled", "activeDirectoryAuth": "Disabled"}},
    ),
    Range(
        path="backup.backupRetentionDays",
        least=7,
        most=35,
        says="backups are kept 7 to 35 days",
        source=f"{_DOCS}/concepts-backup-restore",
        passes=35,
        fails=36,
    ),
    Range(
        path="maintenanceWindow.dayOfWeek",
        least=0,
        most=6,
        says="days of the week are 0 (Sunday) to 6",
        source=f"{_DOCS}/concepts-maintenance",
        passes=6,
        fails=7,
    ),
    Range(
        path="maintenanceWindow.startHour",
        least=0,
        most=23,
        says="hours are 0 to 23, in UTC",
        source=f"{_DOCS}/concepts-maintenance",
        passes=3,
        fails=24,
    ),
    Range(
        path="maintenanceWindow.startMinute",
        least=0,
        most=59,
        says="minutes are 0 to 59",
        source=f"{_DOCS}/concepts-maintenance",
        passes=30,
        fails=60,
    ),
    Choice(
        path="maintenanceWindow.customWindow",
        among=("Enabled", "Disabled"),
        says="a custom window is Enabled or Disabled",
        source=f"{_DOCS}/concepts-maintenance",
        passes="Enabled",
        fails="enabled",
    ),
)

SIZE_RULES: Final[tuple[Rule, ...]] = (
    Combination(
        path="sku.name",
        unseen="the region does not have the size, or the subscription's quota of cores is used up",
        test=_name_fits_tier,
        says="a size belongs to its tier: Standard_B... is Burstable, Standard_D... GeneralPurpose, "
        "Standard_E... and Standard_M... MemoryOptimized",
        source=f"{_DOCS}/concepts-compute",
        passes={"sku": {"name": "Standard_E4ds_v5", "tier": "MemoryOptimized"}},
        fails={"sku": {"name": "Standard_B1ms", "tier": "GeneralPurpose"}},
    ),
    Combination(
        path="storage.storageSizeGB",
        test=_size_fits_type,
        says=f"premium storage has one of the sizes {', '.join(map(str, _PREMIUM_SIZES))} (GiB), other storage 32 to 65536",
        source=f"{_DOCS}/concepts-storage",
        passes={"storage.storageSizeGB": 128},
        fails={"storage.storageSizeGB": 100},
    ),
    Combination(
        path="storage.tier",
        test=_tier_carries_its_size,
        says="a performance tier is not below the base tier of the disk's size: P4 for 32 GiB, P6 for 64, P10 for 128, P15 for 256",
        source=f"{_DOCS}/concepts-storage",
        passes={"storage": {"storageSizeGB": 128, "tier": "P10"}},
        fails={"storage": {"storageSizeGB": 128, "tier": "P6"}},
    ),
    Combination(
        path="storage.iops",
        test=_sets_what_its_disk_takes,
        says="iops and throughput are set for the types PremiumV2_LRS and UltraSSD_LRS; a premium disk has those of its tier",
        source=f"{_DOCS}/concepts-storage",
        passes={"storage": {"storageSizeGB": 128, "type": "PremiumV2_LRS", "iops": 4000}},
        fails={"storage": {"storageSizeGB": 128, "type": "Premium_LRS", "iops": 4000}},
    ),
    Combination(
        path="highAvailability.mode",
        test=lambda inputs: not (_burstable(inputs) and _highly_available(inputs)),
        says="the Burstable tier has no high availability; take GeneralPurpose or MemoryOptimized",
        source=f"{_DOCS}/concepts-high-availability",
        passes={"highAvailability": {"mode": "ZoneRedundant"}},
        fails={"sku": {"name": "Standard_B1ms", "tier": "Burstable"}, "highAvailability": {"mode": "SameZone"}},
    ),
    Combination(
        path="highAvailability.standbyAvailabilityZone",
        test=_zones_fit,
        says="a ZoneRedundant standby stands in another zone than the server, a SameZone standby in the same",
        source=f"{_DOCS}/concepts-high-availability",
        passes={
            "availabilityZone": "1",
            "highAvailability": {"mode": "ZoneRedundant", "standbyAvailabilityZone": "2"},
        },
        fails={"availabilityZone": "1", "highAvailability": {"mode": "ZoneRedundant", "standbyAvailabilityZone": "1"}},
    ),
    Choice(
        path="availabilityZone",
        among=("", "1", "2", "3"),
        says="zones are '1', '2' and '3'",
        source="https://learn.microsoft.com/azure/reliability/availability-zones-overview",
        passes="2",
        fails="westeurope-1",
    ),
)

NETWORK_RULES: Final[tuple[Rule, ...]] = (
    arm_id(
        "network.delegatedSubnetResourceId",
        "Microsoft.Network/virtualNetworks/subnets",
        source=f"{_DOCS}/concepts-networking-private",
        noun="a subnet",
    ),
    Pattern(
        path="network.privateDnsZoneArmResourceId",
        regex=r"(?i)/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/privateDnsZones/"
        r"[^/]+\.postgres\.database\.azure\.com",
        says="it takes the whole ARM id of a private DNS zone whose name ends with .postgres.database.azure.com",
        source=f"{_DOCS}/concepts-networking-private",
        passes=example_id("Microsoft.Network/privateDnsZones/ignition.private.postgres.database.azure.com"),
        fails=example_id("Microsoft.Network/privateDnsZones/ecent.internal"),
    ),
    Combination(
        path="network.privateDnsZoneArmResourceId",
        test=_network_is_whole,
        says="a server in a delegated subnet needs a private DNS zone, and no other server has one",
        source=f"{_DOCS}/concepts-networking-private",
        passes={"network": {"publicNetworkAccess": "Enabled"}},
        fails={"network.privateDnsZoneArmResourceId": None},
    ),
    Combination(
        path="network.privateDnsZoneArmResourceId",
        test=_zone_is_not_the_servers,
        says="a zone of the form NAME.postgres.database.azure.com must not bear the server's name",
        source=f"{_DOCS}/concepts-networking-private",
        passes={"serverName": "psql-other"},
        fails={
            "serverName": "ignition",
            "network.privateDnsZoneArmResourceId": example_id(
                "Microsoft.Network/privateDnsZones/ignition.postgres.database.azure.com"
            ),
        },
    ),
    Combination(
        path="network.publicNetworkAccess",
        test=_injected_is_private,
        says="a server in a delegated subnet has no public address; take Disabled or leave it out",
        source=f"{_DOCS}/concepts-networking-private",
        passes={"network.publicNetworkAccess": "Disabled"},
        fails={"network.publicNetworkAccess": "Enabled"},
    ),
)
