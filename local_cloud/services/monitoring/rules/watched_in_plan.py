"""Rules over the plan on what is watched: logs and metrics that a resource has, and where they go."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    GROUP,
    Sketched,
    app,
    group,
    identity,
    security_group,
    server,
    vault,
    workspace,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region, region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import AtMost, ById, Fits, LeadsTo, Together
from local_cloud.server.rules import objects
from local_cloud.services.monitoring.rules.known_logs import (
    ARM_TYPES,
    LOGS,
    METRICS,
    WITHOUT_ALERTS,
    WITHOUT_METRICS,
    WITHOUT_SETTINGS,
)

_SETTINGS: Final = "https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings"
_LOGS: Final = "https://learn.microsoft.com/azure/azure-monitor/reference/logs-index"
_METRICS: Final = "https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index"
_ALERTS: Final = "https://learn.microsoft.com/rest/api/monitor/metric-alerts/create-or-update"
_QUERIES: Final = "https://learn.microsoft.com/rest/api/monitor/scheduled-query-rules/create-or-update"
_MOST_SETTINGS: Final = 5
_DESTINATIONS: Final = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
_WATCHABLE: Final = tuple(LOGS)


def _sent(plan: Plan, setting: Planned) -> Iterator[Hashable]:
    """What a setting sends where."""
    source = plan.key(setting, "resourceUri")
    destinations = [(name, plan.key(setting, name)) for name in _DESTINATIONS]
    inputs = plan.read(setting)
    for kind in ("logs", "metrics"):
        for each in objects(inputs, kind):
            if each.get("enabled") is True:
                what = str(each.get("category") or each.get("categoryGroup")).casefold()
                yield from ((source, where, kind, what) for where in destinations if where[1] is not None)


def _sent_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[Hashable, Planned] = {}
    for each in plan.of(tokens.DIAGNOSTICS):
        for what in plan.as_far_as_known(_sent, each):
            other = seen.setdefault(what, each)
            if other is not each:
                yield each, other
                break


def _has_these_logs(plan: Plan, setting: Planned, source: Planned) -> bool:
    known = LOGS[source.token]
    named = {str(each) for each in plan.keys(setting, "logs[].category")}
    groups = plan.keys(setting, "logs[].categoryGroup")
    return named <= known and not (groups and not known)


def _has_metrics(plan: Plan, setting: Planned, source: Planned) -> bool:
    return source.token not in WITHOUT_METRICS or True not in plan.keys(setting, "metrics[].enabled")


def _cannot_be_set(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.DIAGNOSTICS):
        found = plan.target(each, "resourceUri")
        if isinstance(found, Planned) and found.token in WITHOUT_SETTINGS:
            yield each, found


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


def _budget_of_a_resource(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.BUDGET):
        found = plan.target(each, "scope")
        if isinstance(found, Planned) and found.token != tokens.RESOURCE_GROUP:
            yield each, found


def _told_by_something_else(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.BUDGET):
        for at, origin in each.origins.items():
            found = plan.by_urn.get(origin.resources[0]) if ".contactGroups[" in at else None
            if found is None or found.token not in plan.types or origin.attribute is None:
                continue
            if found.token != tokens.ACTION_GROUP or origin.attribute != "id":
                yield each, found


def _setting(name: str, *logs: str, source: Any = None, **inputs: Any) -> Sketched:
    sent = [{"category": each, "enabled": True} for each in logs]
    given = {"name": name, "resourceUri": source or Ref("source"), "workspaceId": Ref("logs"), "logs": sent, **inputs}
    return tokens.DIAGNOSTICS, given


def _watched(source: Sketched, *settings: Sketched) -> Sketch:
    made = {f"setting{number}": each for number, each in enumerate(settings)}
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


def _budget(scope: str, contact: Any = "operations") -> Sketched:
    told = {"spent": {"contactGroups": [Ref(contact)]}}
    return tokens.BUDGET, {"scope": Ref(scope), "budgetName": "ignition-dev", "notifications": told}


_OPERATIONS: Final = (tokens.ACTION_GROUP, {"resourceGroupName": GROUP, "actionGroupName": "ag-ignition-dev"})

SETTINGS_IN_PLAN: Final = (
    Together(
        id="monitoring.logs-sent-twice",
        of=tokens.DIAGNOSTICS,
        path="logs",
        test=_sent_twice,
        says="a category of a resource goes to a destination by one setting (Data sink is already used)",
        remedy="Take the category or the destination out of '{this}'; '{other}' has both",
        source=f"{_SETTINGS}#destination-limitations",
        passes=_watched(vault(), _setting("one", "AuditEvent"), _setting("two", "AzurePolicyEvaluationDetails")),
        fails=_watched(vault(), _setting("one", "AuditEvent"), _setting("two", "AuditEvent")),
    ),
    AtMost(
        id="monitoring.too-many-settings",
        of=tokens.DIAGNOSTICS,
        path="resourceUri",
        scope=lambda plan, each: plan.key(each, "resourceUri"),
        limit=lambda _plan, _each: _MOST_SETTINGS,
        says=f"a resource has at most {_MOST_SETTINGS} diagnostic settings",
        remedy="Put what '{this}' sends into '{other}'",
        source=_SETTINGS,
        passes=_watched(vault(), *(_setting(f"s{number}") for number in range(5))),
        fails=_watched(vault(), *(_setting(f"s{number}") for number in range(6))),
    ),
    Fits(
        id="monitoring.logs-that-are-not-there",
        of=tokens.DIAGNOSTICS,
        path="logs",
        along="resourceUri",
        to=_WATCHABLE,
        fits=_has_these_logs,
        says="log categories are those of the resource's type: AuditEvent of a vault, PostgreSQLLogs of a server, ContainerAppConsoleLogs "
        "of an environment; an app has none",
        remedy="Name a category that '{other}' has",
        source=_LOGS,
        passes=_watched(vault(), _setting("one", "AuditEvent")),
        fails=_watched(vault(), _setting("one", "PostgreSQLLogs")),
    ),
    Fits(
        id="monitoring.metrics-that-are-not-there",
        of=tokens.DIAGNOSTICS,
        path="metrics",
        along="resourceUri",
        to=_WATCHABLE,
        fits=_has_metrics,
        says="a network security group has logs and no metrics",
        remedy="Take the metrics out of '{this}'; '{other}' has none",
        source=_METRICS,
        passes=_watched(vault(), _setting("one", metrics=[{"category": "AllMetrics", "enabled": True}])),
        fails=_watched(security_group(), _setting("one", metrics=[{"category": "AllMetrics", "enabled": True}])),
    ),
    Together(
        id="monitoring.settings-of-another-kind",
        of=tokens.DIAGNOSTICS,
        path="resourceUri",
        test=_cannot_be_set,
        says="resource groups, subnets, identities, zones and secrets have no diagnostic settings (ResourceTypeNotSupported)",
        remedy="Name the resource that writes the logs: the vault of a secret, the server of a database. '{other}' is none",
        source=_LOGS,
        passes=_watched(vault(), _setting("one", "AuditEvent")),
        fails=_watched(identity(), _setting("one", "AuditEvent")),
    ),
    LeadsTo(
        id="monitoring.logs-to-something-else",
        of=tokens.DIAGNOSTICS,
        path="workspaceId",
        to=(tokens.WORKSPACE,),
        says="logs go to a workspace by its ARM id, not by its customer_id",
        remedy="Pass the `id` of a Workspace; this comes from '{other}'",
        source=_SETTINGS,
        passes=_watched(vault(), _setting("one", "AuditEvent")),
        fails=_watched(vault(), _setting("one", "AuditEvent", workspaceId=Ref("logs", "customer_id"))),
    ),
    ById(
        id="monitoring.settings-of-another-output",
        of=tokens.DIAGNOSTICS,
        path="resourceUri",
        says="the resource whose logs are meant is named by its ARM id",
        remedy="Pass the `id` of '{other}'",
        source=_SETTINGS,
        passes=_watched(vault(), _setting("one", "AuditEvent")),
        fails=_watched(vault(), _setting("one", "AuditEvent", source=Ref("source", "name"))),
    ),
)

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

BUDGETS_IN_PLAN: Final = (
    Together(
        id="monitoring.budget-of-a-resource",
        of=tokens.BUDGET,
        path="scope",
        test=_budget_of_a_resource,
        says="a budget is of a subscription, a resource group or a management group, not of one resource",
        remedy="Pass the `id` of the resource group of '{other}', and filter by resource",
        source="https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets",
        passes=Sketch(group=group(), operations=_OPERATIONS, budget=_budget("group")),
        fails=Sketch(vault=vault(), operations=_OPERATIONS, budget=_budget("vault")),
    ),
    Together(
        id="monitoring.budget-tells-something-else",
        of=tokens.BUDGET,
        path="notifications",
        test=_told_by_something_else,
        says="contactGroups are action groups, by their ids",
        remedy="Pass the `id` of an ActionGroup; this comes from '{other}'",
        source="https://learn.microsoft.com/rest/api/consumption/budgets/create-or-update",
        passes=Sketch(group=group(), operations=_OPERATIONS, budget=_budget("group")),
        fails=Sketch(group=group(), logs=workspace(), budget=_budget("group", "logs")),
    ),
    ById(
        id="monitoring.budget-of-another-output",
        of=tokens.BUDGET,
        path="scope",
        says="a scope is a whole ARM id",
        remedy="Pass the `id` of '{other}'",
        source="https://learn.microsoft.com/rest/api/consumption/budgets/create-or-update",
        passes=Sketch(group=group(), operations=_OPERATIONS, budget=_budget("group")),
        fails=Sketch(group=group(), budget=(tokens.BUDGET, {"scope": Ref("group", "name"), "budgetName": "b"})),
    ),
)
