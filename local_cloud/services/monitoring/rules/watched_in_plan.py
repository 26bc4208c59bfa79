"""Rules over the plan on what is watched: logs and metrics that a resource has, and where they go."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    GROUP,
    Sketched,
    group,
    identity,
    security_group,
    vault,
    workspace,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import AtMost, ById, Fits, LeadsTo, Together
from local_cloud.server.rules import objects
from local_cloud.services.monitoring.rules.known_logs import (
    LOGS,
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
