"""Rules over the plan on alerts: metrics and tables that there are, of what an alert watches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    GROUP,
    Sketched,
    app,
    identity,
    server,
    workspace,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region, region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import ById, Fits, LeadsTo, Together
from local_cloud.services.monitoring.rules.known_logs import (
    ARM_TYPES,
    METRICS,
    WITHOUT_ALERTS,
)

_METRICS: Final = "https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index"
_ALERTS: Final = "https://learn.microsoft.com/rest/api/monitor/metric-alerts/create-or-update"
_QUERIES: Final = "https://learn.microsoft.com/rest/api/monitor/scheduled-query-rules/create-or-update"


def _has_the_metric(plan: Plan, alert: Planned, source: Planned) -> bool:
    known = METRICS.get(source.token)
    others = frozenset[str]().union(*(some for token, some in METRICS.items() if token != source.token))
    named = [str(each) for each in plan.keys(alert, "criteria.allOf[].metricName")]
    # A metric that no table has may be a new one; one of another service is not.
    return known is None or all(each in known or each not in others for each in named)


def _has_the_namespace(plan: Plan, alert: Planned, source: Planned) -> bool:
    wanted = ARM_TYPES.get(source.token)
    named = {str(each) for each in plan.keys(alert, "criteria.allOf[].metricNamespace")}
    return wanted is None or named <= {wanted}


def _cannot_be_watched(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.METRIC_ALERT):
        for found in plan.targets(each, "scopes[]"):
            if isinstance(found, Planned) and found.token in WITHOUT_ALERTS:
                yield each, found


def _watches_several_kinds(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.METRIC_ALERT):
        found = [one for one in plan.targets(each, "scopes[]") if isinstance(one, Planned)]
        for other in found[1:]:
            if other.token != found[0].token or not in_one_region(plan, other, found[0]):
                yield each, other
                break


def _is_of_the_target_type(plan: Plan, alert: Planned, source: Planned) -> bool:
    wanted, told = ARM_TYPES.get(source.token), plan.known(alert, "targetResourceType")
    place, named = region(plan, source), plan.known(alert, "targetResourceRegion")
    return (None in (wanted, told) or wanted == told) and (
        None in (place, named) or place == str(named).replace(" ", "")
    )


def _asks_in_its_region(plan: Plan, rule: Planned, source: Planned) -> bool:
    return in_one_region(plan, rule, source)


def _asks_a_table_to_come(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.QUERY_ALERT):
        found = plan.target(each, "scopes[]", tokens.WORKSPACE)
        asked = [
            str(text) for text in plan.as_far_as_known(lambda p, one: iter(p.keys(one, "criteria.allOf[].query")), each)
        ]
        if not isinstance(found, Planned) or each.inputs.get("skipQueryValidation") is True:
            continue
        if any(re.search(r"\b\w+_cl\b", text) for text in asked):
            yield each, found


def _watched(source: Sketched, *others: Sketched) -> Sketch:
    made = {f"setting{number}": each for number, each in enumerate(others)}
    return Sketch(source=source, logs=workspace(), **made)


def _alert(metric: str, *scopes: str, namespace: str | None = None, **inputs: Any) -> Sketched:
    criterion = {"name": "one", "metricName": metric} | ({"metricNamespace": namespace} if namespace else {})
    given = {
        "resourceGroupName": GROUP,
        "ruleName": "busy",
        "location": "global",
        "scopes": [Ref(each) for each in scopes or ("source",)],
        "criteria": {"allOf": [criterion]},
        **inputs,
    }
    return tokens.METRIC_ALERT, given


def _query(place: str = "westeurope") -> Sketched:
    return tokens.QUERY_ALERT, {
        "resourceGroupName": GROUP,
        "ruleName": "errors",
        "location": place,
        "scopes": [Ref("logs")],
    }


def _custom(*, skipped: bool) -> Sketched:
    query = {"query": "ContainerAppConsoleLogs_CL | count", "threshold": 1}
    given = {"scopes": [Ref("logs")], "criteria": {"allOf": [query]}, "skipQueryValidation": skipped}
    return tokens.QUERY_ALERT, {"resourceGroupName": GROUP, "ruleName": "errors", **given}


_OPERATIONS: Final = (tokens.ACTION_GROUP, {"resourceGroupName": GROUP, "actionGroupName": "ag-ignition-dev"})

ALERTS_IN_PLAN: Final = (
    Fits(
        id="monitoring.metric-of-another-service",
        of=tokens.METRIC_ALERT,
        path="criteria.allOf",
        along="scopes[]",
        to=tuple(METRICS),
        fits=_has_the_metric,
        says="an alert watches a metric that the resource has: cpu_percent of a server, Requests of an app, ServiceApiHit of a vault",
        remedy="Name a metric of '{other}'",
        source=_METRICS,
        passes=_watched(server(), _alert("cpu_percent")),
        fails=_watched(app(), _alert("cpu_percent")),
    ),
    Fits(
        id="monitoring.namespace-of-another-service",
        of=tokens.METRIC_ALERT,
        path="criteria.allOf",
        along="scopes[]",
        to=tuple(ARM_TYPES),
        fits=_has_the_namespace,
        says="the namespace of a metric is the ARM type of what is watched",
        remedy="Leave metricNamespace out of '{this}', or write the type of '{other}'",
        source=_ALERTS,
        passes=_watched(server(), _alert("cpu_percent", namespace="Microsoft.DBforPostgreSQL/flexibleServers")),
        fails=_watched(server(), _alert("cpu_percent", namespace="Microsoft.DBforPostgreSQL/servers")),
    ),
    Together(
        id="monitoring.alert-on-another-kind",
        of=tokens.METRIC_ALERT,
        path="scopes",
        test=_cannot_be_watched,
        says="an alert watches something that emits metrics; resource groups, subnets, identities and secrets do not",
        remedy="Name what emits the metric; '{other}' has none",
        source=_METRICS,
        passes=_watched(server(), _alert("cpu_percent")),
        fails=_watched(identity(), _alert("cpu_percent")),
    ),
    Together(
        id="monitoring.alert-on-several-kinds",
        of=tokens.METRIC_ALERT,
        path="scopes",
        test=_watches_several_kinds,
        says="an alert over several resources watches resources of one type in one region",
        remedy="Write an alert of its own for '{other}'",
        source=_ALERTS,
        passes=_watched(server(), server("psql-two"), _alert("cpu_percent", "source", "setting0")),
        fails=_watched(server(), app(), _alert("cpu_percent", "source", "setting0")),
    ),
    Fits(
        id="monitoring.alert-names-another-target",
        of=tokens.METRIC_ALERT,
        path="targetResourceType",
        along="scopes[]",
        to=tuple(ARM_TYPES),
        fits=_is_of_the_target_type,
        says="targetResourceType and targetResourceRegion are those of what is watched",
        remedy="Write the type and the region of '{other}'",
        source=_ALERTS,
        passes=_watched(
            server(), _alert("cpu_percent", targetResourceType="Microsoft.DBforPostgreSQL/flexibleServers")
        ),
        fails=_watched(server(), _alert("cpu_percent", targetResourceRegion="northeurope")),
    ),
    LeadsTo(
        id="monitoring.alert-tells-something-else",
        of=tokens.METRIC_ALERT,
        path="actions[].actionGroupId",
        to=(tokens.ACTION_GROUP,),
        says="an alert tells an action group, by its id",
        remedy="Pass the `id` of an ActionGroup; this comes from '{other}'",
        source=_ALERTS,
        passes=Sketch(
            operations=_OPERATIONS, source=server(), alert=_alert("x", actions=[{"actionGroupId": Ref("operations")}])
        ),
        fails=Sketch(
            operations=_OPERATIONS,
            source=server(),
            alert=_alert("x", actions=[{"actionGroupId": Ref("operations", "name")}]),
        ),
    ),
    ById(
        id="monitoring.alert-over-another-output",
        of=tokens.METRIC_ALERT,
        path="scopes[]",
        says="what an alert watches is named by its ARM id",
        remedy="Pass the `id` of '{other}'",
        source=_ALERTS,
        passes=_watched(server(), _alert("cpu_percent")),
        fails=Sketch(source=server(), alert=(tokens.METRIC_ALERT, {"scopes": [Ref("source", "name")]})),
    ),
)

QUERIES_IN_PLAN: Final = (
    Fits(
        id="monitoring.query-in-another-region",
        of=tokens.QUERY_ALERT,
        path="location",
        along="scopes[]",
        to=(tokens.WORKSPACE,),
        fits=_asks_in_its_region,
        says="a query over a workspace is in the workspace's region (Resources should be in the same region)",
        remedy="Give '{this}' the location of '{other}'",
        source="https://github.com/XenitAB/terraform-modules/pull/763",
        passes=Sketch(logs=workspace(), query=_query()),
        fails=Sketch(logs=workspace(), query=_query("northeurope")),
    ),
    LeadsTo(
        id="monitoring.query-over-another-output",
        of=tokens.QUERY_ALERT,
        path="scopes[]",
        to=(
            tokens.WORKSPACE,
            tokens.RESOURCE_GROUP,
            tokens.SERVER,
            tokens.VAULT,
            tokens.APP,
            tokens.ENVIRONMENT,
            tokens.REGISTRY,
        ),
        says="a query runs over a workspace or a resource, by its ARM id",
        remedy="Pass the `id` of '{other}'",
        source=_QUERIES,
        passes=Sketch(logs=workspace(), query=_query()),
        fails=Sketch(logs=workspace(), query=(tokens.QUERY_ALERT, {"scopes": [Ref("logs", "customer_id")]})),
    ),
    LeadsTo(
        id="monitoring.query-tells-something-else",
        of=tokens.QUERY_ALERT,
        path="actions.actionGroups[]",
        to=(tokens.ACTION_GROUP,),
        says="a query's alert tells action groups, by their ids",
        remedy="Pass the `id` of an ActionGroup; this comes from '{other}'",
        source=_QUERIES,
        passes=Sketch(
            operations=_OPERATIONS, query=(tokens.QUERY_ALERT, {"actions": {"actionGroups": [Ref("operations")]}})
        ),
        fails=Sketch(logs=workspace(), query=(tokens.QUERY_ALERT, {"actions": {"actionGroups": [Ref("logs")]}})),
    ),
    Together(
        id="monitoring.query-over-a-table-to-come",
        of=tokens.QUERY_ALERT,
        path="criteria.allOf",
        test=_asks_a_table_to_come,
        says="a custom table (_CL) is in a workspace only when its first line has arrived, so a query over one of a new workspace is "
        "refused (SemanticError: Failed to resolve table)",
        remedy="Set skip_query_validation=True on '{this}'; '{other}' is new",
        source="https://github.com/Azure/bicep/issues/11378",
        passes=Sketch(logs=workspace(), query=_custom(skipped=True)),
        fails=Sketch(logs=workspace(), query=_custom(skipped=False)),
    ),
)
