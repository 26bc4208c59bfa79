"""What PgBouncer in front of a PostgreSQL flexible server needs for clients that prepare statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Together
from local_cloud.server.values.unknowns import NotKnownYet

_CONFIGURATION: Final = "azure-native:dbforpostgresql:Configuration"
_SERVER: Final = "azure-native:dbforpostgresql:Server"
_ENABLED: Final = "pgbouncer.enabled"
_IGNORED: Final = "pgbouncer.ignore_startup_parameters"
_PREPARED: Final = "pgbouncer.max_prepared_statements"


def _unprepared(plan: Plan) -> Iterator[tuple[Planned, Planned]]:
    """Each switch that turns PgBouncer on, with the parameter that is wrong, or with the server where it is missing."""
    for enabled in plan.of(_CONFIGURATION):
        server = plan.parent(enabled, _SERVER)
        if server is None:
            continue
        try:
            others = {plan.key(each, "configurationName"): each for each in plan.children(server, _CONFIGURATION)}
            if others.get(_ENABLED) is enabled and plan.key(enabled, "value") == "true":
                yield from ((enabled, each or server) for each in _wrong(plan, others))
        except NotKnownYet:
            continue


def _wrong(plan: Plan, others: Mapping[Any, Planned]) -> Iterator[Planned | None]:
    mode = others.get("pgbouncer.pool_mode")
    if mode is not None and plan.key(mode, "value") == "session":
        return
    ignored, prepared = others.get(_IGNORED), others.get(_PREPARED)
    if ignored is None or "extra_float_digits" not in str(plan.key(ignored, "value")).split(","):
        yield ignored
    if prepared is None or str(plan.key(prepared, "value")) == "0":
        yield prepared


def _parameter(name: str, value: str) -> tuple[str, Mapping[str, Any]]:
    inputs = {"configurationName": name, "value": value, "source": "user-override"}
    return _CONFIGURATION, {"resourceGroupName": "rg", "serverName": Ref("server", "name"), **inputs}


_EXAMPLE_SERVER: Final = (_SERVER, {"resourceGroupName": "rg", "serverName": "psql-example"})

PREPARED_STATEMENTS_PASS_PGBOUNCER: Final = Together(
    id="postgres.pgbouncer-prepared-statements",
    of=_CONFIGURATION,
    path="value",
    warning=True,
    says="by default PgBouncer in transaction mode refuses clients that send extra_float_digits and loses their prepared statements",
    remedy=f"Set {_IGNORED} to extra_float_digits and {_PREPARED} to a number above 0 (200), or leave PgBouncer off and connect to "
    "port 5432",
    source="https://www.pgbouncer.org/config.html#max_prepared_statements",
    passes=Sketch(
        server=_EXAMPLE_SERVER,
        enabled=_parameter(_ENABLED, "true"),
        ignored=_parameter(_IGNORED, "extra_float_digits,search_path"),
        prepared=_parameter(_PREPARED, "200"),
    ),
    fails=Sketch(server=_EXAMPLE_SERVER, enabled=_parameter(_ENABLED, "true"), prepared=_parameter(_PREPARED, "200")),
    test=_unprepared,
)
