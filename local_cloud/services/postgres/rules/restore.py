"""What Azure asks of a server that is restored to a point in time: of its inputs, and of the server that it is made from."""

from __future__ import annotations

import re
from typing import Any, Final

from local_cloud.packages.azure_native.shared import arm_id, example_id
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, Same
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Rule, Valid, part
from local_cloud.server.values.moments import is_moment

_SERVER: Final = "azure-native:dbforpostgresql:Server"
_RESTORE: Final = (
    "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore#point-in-time-recovery"
)
_NETWORKS: Final = (
    "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore#restore-and-networking"
)
_CREATE: Final = "https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update"
_FROM_A_SOURCE: Final = frozenset({"PointInTimeRestore", "GeoRestore", "Replica", "ReviveDropped"})
_SOURCE: Final = example_id("Microsoft.DBforPostgreSQL/flexibleServers/psql-source")
_AT: Final = "2026-12-01T08:30:00Z"


def _is_utc(text: str) -> bool:
    return is_moment(text) and re.search(r"(Z|[+-]00:00)$", text) is not None


def _names_what_is_restored(inputs: Inputs) -> bool:
    given = [inputs.get(name) is not None for name in ("sourceServerResourceId", "pointInTimeUTC")]
    return inputs.get("createMode") != "PointInTimeRestore" or all(given)


def _has_a_source_only_when_made_from_one(inputs: Inputs) -> bool:
    return inputs.get("createMode") in _FROM_A_SOURCE or inputs.get("sourceServerResourceId") is None


def _is_another_server(inputs: Inputs) -> bool:
    source = inputs.get("sourceServerResourceId")
    return source is None or source.rsplit("/", 1)[-1].lower() != str(inputs.get("serverName")).lower()


RESTORE_RULES: Final[tuple[Rule, ...]] = (
    Valid(
        path="pointInTimeUTC",
        test=_is_utc,
        says=f"a point in time is a full RFC 3339 time in UTC like {_AT}",
        source=_CREATE,
        passes=_AT,
        fails="2026-12-01T09:30:00+01:00",
    ),
    arm_id(
        "sourceServerResourceId", "Microsoft.DBforPostgreSQL/flexibleServers", source=_CREATE, noun="a flexible server"
    ),
    Combination(
        path="pointInTimeUTC",
        test=_names_what_is_restored,
        says="createMode PointInTimeRestore needs sourceServerResourceId and pointInTimeUTC",
        source=_CREATE,
        passes={"createMode": "PointInTimeRestore", "sourceServerResourceId": _SOURCE, "pointInTimeUTC": _AT},
        fails={"createMode": "PointInTimeRestore", "sourceServerResourceId": _SOURCE},
    ),
    Combination(
        path="sourceServerResourceId",
        test=_has_a_source_only_when_made_from_one,
        says="a source belongs to createMode PointInTimeRestore, GeoRestore, Replica or ReviveDropped",
        source=_CREATE,
        passes={"createMode": "PointInTimeRestore", "sourceServerResourceId": _SOURCE, "pointInTimeUTC": _AT},
        fails={"createMode": "Default", "sourceServerResourceId": _SOURCE},
    ),
    Combination(
        path="sourceServerResourceId",
        test=_is_another_server,
        says="a restore always makes another server; it never overwrites its source",
        source=_RESTORE,
        passes={"createMode": "PointInTimeRestore", "sourceServerResourceId": _SOURCE, "pointInTimeUTC": _AT},
        fails={
            "createMode": "PointInTimeRestore",
            "serverName": "psql-source",
            "sourceServerResourceId": _SOURCE,
            "pointInTimeUTC": _AT,
        },
    ),
)


def _is_restored(plan: Plan, server: Planned) -> bool:
    return plan.key(server, "createMode") == "pointintimerestore"


def _same_kind_of_network(plan: Plan, server: Planned, source: Planned) -> bool:
    def injected(one: Planned) -> bool:
        return part(plan.read(one), "network").get("delegatedSubnetResourceId") is not None

    return not _is_restored(plan, server) or injected(server) == injected(source)


def _disk_is_as_large(plan: Plan, server: Planned, source: Planned) -> bool:
    if not _is_restored(plan, server):
        return True
    own, theirs = plan.key(server, "storage.storageSizeGB"), plan.key(source, "storage.storageSizeGB")
    return not isinstance(own, int) or not isinstance(theirs, int) or own >= theirs


def _server(name: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
    return _SERVER, {"resourceGroupName": "rg", "serverName": name, "location": "swedencentral", **inputs}


def _sketch(changed: dict[str, Any], **source: Any) -> Sketch:
    restored = {"createMode": "PointInTimeRestore", "sourceServerResourceId": Ref("source"), "pointInTimeUTC": _AT}
    return Sketch(source=_server("psql-source", **source), restored=_server("psql-restored", **restored, **changed))


_INJECTED: Final = {
    "network": {"delegatedSubnetResourceId": example_id("Microsoft.Network/virtualNetworks/v/subnets/s")}
}

RESTORE_PLAN_RULES: Final = (
    Same(
        id="postgres.restore-administrator",
        of=_SERVER,
        path="administratorLogin",
        to=(_SERVER,),
        along="sourceServerResourceId",
        says="a restored server has its source's administrator, which cannot change",
        remedy="Give '{this}' the administratorLogin of '{other}'",
        source=_CREATE,
        passes=_sketch({"administratorLogin": "one"}, administratorLogin="one"),
        fails=_sketch({"administratorLogin": "two"}, administratorLogin="one"),
    ),
    Fits(
        id="postgres.restore-network",
        of=_SERVER,
        path="network",
        to=(_SERVER,),
        along="sourceServerResourceId",
        says="a private server is restored into a network, a public one to public access; never across",
        remedy="Give '{this}' a delegated subnet exactly if '{other}' has one",
        source=_NETWORKS,
        passes=_sketch(_INJECTED, **_INJECTED),
        fails=_sketch({}, **_INJECTED),
        fits=_same_kind_of_network,
    ),
    Fits(
        id="postgres.restore-storage",
        of=_SERVER,
        path="storage.storageSizeGB",
        to=(_SERVER,),
        along="sourceServerResourceId",
        says="a restored server gets its source's disk, and a disk only grows",
        remedy="Give '{this}' at least the storage of '{other}'",
        source=_RESTORE,
        passes=_sketch({"storage": {"storageSizeGB": 128}}, storage={"storageSizeGB": 128}),
        fails=_sketch({"storage": {"storageSizeGB": 64}}, storage={"storageSizeGB": 128}),
        fits=_disk_is_as_large,
    ),
)
