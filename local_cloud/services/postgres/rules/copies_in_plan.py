"""Rules over the plan on servers that are copied from others."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    of_server,
    server,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import OneAtATime
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import AtMost, Fits, LeadsTo, Together
from local_cloud.server.plan.symbols import Key

_DOCS: Final = "https://learn.microsoft.com/azure/postgresql/flexible-server"
_REPLICAS: Final = f"{_DOCS}/concepts-read-replicas"
_SUBNET: Final = "network.delegatedSubnetResourceId"
_SOURCE: Final = "sourceServerResourceId"


def _of_mode(mode: str, test: Callable[[Plan, Planned, Planned], bool]) -> Callable[[Plan, Planned, Planned], bool]:
    def fits(plan: Plan, one: Planned, source: Planned) -> bool:
        return plan.known(one, "createMode") != mode or test(plan, one, source)

    return fits


def _storage(plan: Plan, one: Planned) -> float | None:
    size = plan.known(one, "storage.storageSizeGB")
    return float(size) if isinstance(size, int | float) else None


def _is_no_smaller(plan: Plan, one: Planned, source: Planned) -> bool:
    mine, theirs = _storage(plan, one), _storage(plan, source)
    return mine is None or theirs is None or mine >= theirs


def _has_its_version(plan: Plan, one: Planned, source: Planned) -> bool:
    mine, theirs = plan.known(one, "version"), plan.known(source, "version")
    return None in (mine, theirs) or mine == theirs


def _is_reached_alike(plan: Plan, one: Planned, source: Planned) -> bool:
    return bool(plan.keys(one, _SUBNET)) == bool(plan.keys(source, _SUBNET))


def _has_no_standby(plan: Plan, one: Planned, _source: Planned) -> bool:
    return plan.known(one, "highAvailability.mode") in {None, "disabled"}


def _has_another_tier(plan: Plan, _one: Planned, source: Planned) -> bool:
    return plan.known(source, "sku.tier") != "burstable"


def _is_geo_redundant(plan: Plan, _one: Planned, source: Planned) -> bool:
    return plan.known(source, "backup.geoRedundantBackup") == "enabled"


def _copy(mode: str, source: dict[str, Any], **inputs: Any) -> Sketch:
    return Sketch(
        primary=server(**source),
        copy=server("psql-copy", **{"createMode": mode, "sourceServerResourceId": Ref("primary"), **inputs}),
    )


def _replicated(plan: Plan, one: Planned) -> Key:
    return plan.key(one, _SOURCE) if plan.known(one, "createMode") == "replica" else None


def _beside_a_change(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Replicas with the first change of their primary that neither waits for them nor is waited for."""
    for each in plan.of(tokens.SERVER):
        source = plan.target(each, _SOURCE, tokens.SERVER)
        if not isinstance(source, Planned) or plan.as_known(each, "createMode") != "replica":
            continue
        changes = plan.children(source, tokens.PARAMETER, tokens.DATABASE, tokens.SERVER_ADMINISTRATOR)
        loose = (one for one in changes if not plan.follows(each, one) and not plan.follows(one, each))
        yield from ((each, one) for one in itertools.islice(loose, 1))


def _two_replicas(*after: str) -> Sketch:
    copy = {"createMode": "Replica", "sourceServerResourceId": Ref("primary")}
    return Sketch(primary=server(), one=server("psql-one", **copy), two=server("psql-two", **copy, depends_on=[*after]))


def _beside(*after: str) -> Sketch:
    copy = {"createMode": "Replica", "sourceServerResourceId": Ref("primary"), "depends_on": [*after]}
    return Sketch(
        primary=server(),
        change=of_server(tokens.PARAMETER, "configurationName", "work_mem", serverName=Ref("primary", "name")),
        copy=server("psql-copy", **copy),
    )


def _of_source(id: str, path: str, fits: Any, *, source: str = _REPLICAS, **told: Any) -> Fits:  # noqa: A002  the rule's own word
    return Fits(
        id=f"postgres.{id}",
        of=tokens.SERVER,
        path=path,
        along=_SOURCE,
        to=(tokens.SERVER,),
        fits=fits,
        source=source,
        **told,
    )


COPIES_IN_PLAN: Final = (
    _of_source(
        "replica-of-a-burstable-server",
        _SOURCE,
        _of_mode("replica", _has_another_tier),
        says="the Burstable tier has no read replicas",
        remedy="Give '{other}' the tier GeneralPurpose or MemoryOptimized",
        passes=_copy("Replica", {}),
        fails=_copy("Replica", {"sku": {"name": "Standard_B1ms", "tier": "Burstable"}}),
    ),
    _of_source(
        "replica-of-another-version",
        "version",
        _of_mode("replica", _has_its_version),
        says="a replica has the major version of its primary",
        remedy="Give '{this}' the version of '{other}'",
        passes=_copy("Replica", {}),
        fails=_copy("Replica", {"version": "16"}),
    ),
    _of_source(
        "replica-with-less-storage",
        "storage.storageSizeGB",
        _of_mode("replica", _is_no_smaller),
        says="a replica has as much storage as its primary, or more",
        remedy="Give '{this}' the storage of '{other}'",
        passes=_copy("Replica", {"storage": {"storageSizeGB": 64}}, storage={"storageSizeGB": 64}),
        fails=_copy("Replica", {"storage": {"storageSizeGB": 128}}, storage={"storageSizeGB": 64}),
    ),
    _of_source(
        "replica-with-a-standby",
        "highAvailability.mode",
        _of_mode("replica", _has_no_standby),
        says="a replica has no standby of its own",
        remedy="Take highAvailability out of '{this}'; '{other}' may have it",
        passes=_copy("Replica", {"highAvailability": {"mode": "ZoneRedundant"}}),
        fails=_copy("Replica", {}, highAvailability={"mode": "ZoneRedundant"}),
    ),
    _of_source(
        "replica-reached-in-another-way",
        _SUBNET,
        _of_mode("replica", _is_reached_alike),
        says="a replica is in a network where its primary is in one, and has a public address where its primary has one",
        remedy="Give '{this}' the kind of network access that '{other}' has",
        passes=_copy("Replica", {}),
        fails=_copy("Replica", {"network": {"delegatedSubnetResourceId": "/subscriptions/a"}}),
    ),
    OneAtATime(
        id="postgres.replicas-at-once",
        of=tokens.SERVER,
        path=_SOURCE,
        scope=_replicated,
        says="a primary gets one replica at a time",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source="https://github.com/hashicorp/terraform-provider-azurerm/issues/22211",
        passes=_two_replicas("one"),
        fails=_two_replicas(),
    ),
    Together(
        id="postgres.replica-beside-a-change",
        of=tokens.SERVER,
        path=_SOURCE,
        test=_beside_a_change,
        warning=True,
        says="a server that is being changed may refuse to be replicated (ServerIsBusy)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source="https://github.com/Azure/bicep-registry-modules/issues/4451",
        passes=_beside("change"),
        fails=_beside(),
    ),
    AtMost(
        id="postgres.too-many-replicas",
        of=tokens.SERVER,
        path=_SOURCE,
        scope=_replicated,
        limit=lambda _plan, _each: 5,
        says="a primary has at most five replicas",
        remedy="Leave '{this}' out; '{other}' is the first of five",
        source=_REPLICAS,
        passes=_copy("Replica", {}),
        fails=Sketch(
            primary=server(),
            **{
                f"copy{number}": server(f"psql-{number}", createMode="Replica", sourceServerResourceId=Ref("primary"))
                for number in range(6)
            },
        ),
    ),
    _of_source(
        "restored-in-another-region",
        "location",
        _of_mode("pointintimerestore", in_one_region),
        source=f"{_DOCS}/concepts-backup-restore",
        says="a server is restored to a point in time in the region of its source; GeoRestore is for another region",
        remedy="Give '{this}' the location of '{other}', or createMode GeoRestore",
        passes=_copy("PointInTimeRestore", {}),
        fails=_copy("PointInTimeRestore", {}, location="northeurope"),
    ),
    _of_source(
        "geo-restored-without-a-copy",
        _SOURCE,
        _of_mode("georestore", _is_geo_redundant),
        source=f"{_DOCS}/concepts-backup-restore",
        says="only a server with geo-redundant backup is restored in another region",
        remedy="Give '{other}' geoRedundantBackup Enabled, which is decided when it is made",
        passes=_copy("GeoRestore", {"backup": {"geoRedundantBackup": "Enabled"}}),
        fails=_copy("GeoRestore", {"backup": {"geoRedundantBackup": "Disabled"}}),
    ),
    LeadsTo(
        id="postgres.copy-of-something-else",
        of=tokens.SERVER,
        path=_SOURCE,
        to=(tokens.SERVER,),
        says="a server is copied from another one, by that one's id",
        remedy="Pass the `id` of a Server; this comes from '{other}'",
        source=_REPLICAS,
        passes=_copy("Replica", {}),
        fails=Sketch(
            primary=server(),
            copy=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("primary", "name")),
        ),
    ),
    _of_source(
        "replica-with-geo-redundant-backup",
        "backup.geoRedundantBackup",
        _of_mode("replica", lambda plan, one, _source: plan.known(one, "backup.geoRedundantBackup") != "enabled"),
        says="a replica has no geo-redundant backup of its own",
        remedy="Take geoRedundantBackup out of '{this}'; '{other}' may have it",
        passes=_copy("Replica", {"backup": {"geoRedundantBackup": "Enabled"}}),
        fails=_copy("Replica", {}, backup={"geoRedundantBackup": "Enabled"}),
    ),
)
