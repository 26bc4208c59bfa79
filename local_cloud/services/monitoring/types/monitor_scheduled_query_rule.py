"""Azure Monitor: an alert on what a query over logs finds."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_WORKSPACE, example_id
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Choice, Combination, Length, Pattern, Related, items_at
from local_cloud.services.monitoring.rules.alerts import frequency, severity, window_covers_frequency
from local_cloud.services.monitoring.rules.alerts_in_plan import QUERIES_IN_PLAN

_API: Final = "https://learn.microsoft.com/rest/api/monitor/scheduled-query-rules/create-or-update"
# What the service takes; its own description says Equals, which it refuses.
_OPERATORS: Final = ("Equal", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual", "GreaterOrLessThan")
_CONDITION: Final = {
    "query": "ContainerAppSystemLogs | where Reason == 'BackOff'",
    "timeAggregation": "Count",
    "operator": "GreaterThan",
    "threshold": 0,
    "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
}


def _is_alert(inputs: Inputs) -> bool:
    return inputs.get("kind") in {None, "LogAlert"}


def _has_what_an_alert_has(inputs: Inputs) -> bool:
    wanted = ("severity", "evaluationFrequency", "windowSize", "scopes")
    return not _is_alert(inputs) or all(inputs.get(each) is not None for each in wanted)


def _can_be_judged(condition: Any, inputs: Inputs) -> bool:
    if not _is_alert(inputs):
        return True
    dynamic = condition.get("criterionType") == "DynamicThresholdCriterion"
    judged = condition.get("timeAggregation") and condition.get("operator")
    return bool(condition.get("query") and judged) and (condition.get("threshold") is None) == dynamic


def _is_as_sensitive_as_it_can_be(inputs: Inputs) -> bool:
    given = (each.get("alertSensitivity") for each in items_at(inputs, "criteria.allOf[]"))
    return all(each is None or each in {"Low", "Medium", "High"} for each in given)


def _fails_often_enough(periods: Any, _inputs: Inputs) -> bool:
    number, least = periods.get("numberOfEvaluationPeriods") or 1, periods.get("minFailingPeriodsToAlert") or 1
    return 1 <= least <= number <= 6


def _measures_what_it_aggregates(condition: Any, _inputs: Inputs) -> bool:
    counts = condition.get("timeAggregation") in {None, "Count"}
    return counts == (condition.get("metricMeasureColumn") is None)


class ScheduledQueryRule(AzureType):
    """A scheduled query rule."""

    token = "azure-native:monitor:ScheduledQueryRule"
    path = "Microsoft.Insights/scheduledQueryRules/{ruleName}"
    immutable = ("kind",)
    wrong_enums = ("criteria.allOf[].operator",)  # the SDK has those of another service
    unseen: ClassVar = {
        "criteria.allOf[].query": "the workspace does not have the tables and columns that the query reads",
    }
    rules = (
        Pattern(
            path="ruleName",
            regex=r"(?!.*[. ]$)[^#<>%&:\\?/{}*]{1,260}",
            says="a rule's name has 1 to 260 characters, none of them # < > % & : \\ ? / { } *, and ends with neither blank nor full stop",
            source="https://learn.microsoft.com/azure/templates/microsoft.insights/2025-01-01-preview/scheduledqueryrules",
            passes="api-restarts",
            fails="api/restarts",
        ),
        severity(),
        frequency(
            "evaluationFrequency",
            (1, 5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360, 1440),
            says="a query runs every PT1M, PT5M, PT10M, PT15M, PT30M, PT45M, PT1H to PT6H or P1D",
            passes="PT10M",
            fails="PT7M",
        ),
        frequency(
            "windowSize",
            (1, 5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360, 1440, 2880),
            says="the window is PT1M, PT5M, PT10M, PT15M, PT30M, PT45M, PT1H to PT6H, P1D or P2D",
            passes="PT1H",
            fails="PT7M",
        ),
        window_covers_frequency(),
        Combination(
            path="severity",
            test=_has_what_an_alert_has,
            says="an alert needs severity, evaluationFrequency, windowSize and scopes",
            source=_API,
            passes={"severity": 1},
            fails={"severity": None},
        ),
        Length(
            path="scopes",
            least=1,
            most=1,
            says="a query runs over one scope: a workspace, a resource, a resource group or a subscription",
            source=_API,
            passes=[EXAMPLE_WORKSPACE],
            fails=[EXAMPLE_WORKSPACE, f"{EXAMPLE_WORKSPACE}-2"],
        ),
        Choice(
            path="criteria.allOf[].operator",
            among=_OPERATORS,
            says=f"operators are {', '.join(_OPERATORS)}",
            source="https://github.com/Azure/bicep-types-az/issues/2643",
            passes="Equal",
            fails="Equals",
        ),
        Related(
            path="criteria.allOf[]",
            test=_can_be_judged,
            says="a condition needs query, timeAggregation, operator and, unless its threshold is dynamic, threshold",
            source=_API,
            passes={"criteria.allOf[]": _CONDITION},
            fails={"criteria.allOf[].threshold": None},
        ),
        Related(
            path="criteria.allOf[]",
            test=_measures_what_it_aggregates,
            says="an aggregation other than Count needs metricMeasureColumn, and Count has none",
            source=_API,
            passes={"criteria.allOf[].timeAggregation": "Average", "criteria.allOf[].metricMeasureColumn": "Ratio"},
            fails={"criteria.allOf[].timeAggregation": "Average"},
        ),
        Combination(
            path="criteria.allOf[].alertSensitivity",
            test=_is_as_sensitive_as_it_can_be,
            says="a dynamic threshold is of Low, Medium or High sensitivity",
            source="https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-dynamic-thresholds",
            passes={"criteria": {"allOf": [{**_CONDITION, "alertSensitivity": "Medium"}]}},
            fails={"criteria": {"allOf": [{**_CONDITION, "alertSensitivity": "Highest"}]}},
        ),
        Related(
            path="criteria.allOf[].failingPeriods",
            test=_fails_often_enough,
            says="one to six periods are looked at, and no more of them can be asked to fail",
            source=_API,
            passes={"criteria.allOf[].failingPeriods": {"numberOfEvaluationPeriods": 3, "minFailingPeriodsToAlert": 2}},
            fails={"criteria.allOf[].failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 2}},
        ),
        Combination(
            path="muteActionsDuration",
            test=lambda inputs: inputs.get("muteActionsDuration") is None or inputs.get("autoMitigate") is False,
            says="actions can be muted only where autoMitigate is off",
            source=_API,
            passes={"muteActionsDuration": "PT1H", "autoMitigate": False},
            fails={"muteActionsDuration": "PT1H", "autoMitigate": True},
        ),
        Related(
            path="actions.actionGroups[]",
            test=lambda group, _: "/providers/microsoft.insights/actiongroups/" in group.lower(),
            says="it takes the whole ARM id of an action group",
            source=_API,
            passes={"actions": {"actionGroups": [example_id("Microsoft.Insights/actionGroups/ag-ignition-dev")]}},
            fails={"actions": {"actionGroups": ["ag-ignition-dev"]}},
        ),
    )
    plan_rules = QUERIES_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "ruleName": "api-restarts",
        "location": "westeurope",
        "enabled": True,
        "severity": 2,
        "scopes": [EXAMPLE_WORKSPACE],
        "evaluationFrequency": "PT5M",
        "windowSize": "PT15M",
        "criteria": {"allOf": [_CONDITION]},
        "actions": {"actionGroups": [example_id("Microsoft.Insights/actionGroups/ag-ignition-dev")]},
    }
