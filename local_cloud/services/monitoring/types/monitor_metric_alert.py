"""Azure Monitor: an alert on a metric."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import arm_id, example_id
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Choice, Combination, Pattern, Related, items_at, value_at
from local_cloud.services.monitoring.rules.alerts import ALERT_SOURCE, frequency, severity, window_covers_frequency
from local_cloud.services.monitoring.rules.alerts_in_plan import ALERTS_IN_PLAN

_API: Final = "https://learn.microsoft.com/rest/api/monitor/metric-alerts/create-or-update"
_SINGLE: Final = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
_MULTIPLE: Final = "Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria"
_SERVER: Final = example_id("Microsoft.DBforPostgreSQL/flexibleServers/psql-ignition-dev")
_CRITERION: Final = {
    "name": "cpu",
    "metricName": "cpu_percent",
    "operator": "GreaterThan",
    "threshold": 80,
    "timeAggregation": "Average",
    "criterionType": "StaticThresholdCriterion",
}


def _kind(inputs: Inputs) -> Any:
    return value_at(inputs, "criteria.odataType")


def _single_watches_one(inputs: Inputs) -> bool:
    return _kind(inputs) != _SINGLE or len(inputs["scopes"]) == 1


def _several_name_their_type(inputs: Inputs) -> bool:
    several = len(inputs["scopes"]) > 1
    return not several or bool(inputs.get("targetResourceType") and inputs.get("targetResourceRegion"))


def _criteria_differ(inputs: Inputs) -> bool:
    names = items_at(inputs, "criteria.allOf[].name")
    return len(names) == len(set(names))


class MetricAlert(AzureType):
    """A metric alert; its location is global."""

    token = "azure-native:monitor:MetricAlert"
    path = "Microsoft.Insights/metricAlerts/{ruleName}"
    unseen: ClassVar = {
        "criteria.allOf[].metricName": "the resource does not emit the metric, by its tier or before it has run",
    }
    rules = (
        Pattern(
            path="ruleName",
            regex=r"(?!.*[. ]$)[^*#&+:<>?@%{}\\/]{1,260}",
            says="an alert's name has 1 to 260 characters, none of them * # & + : < > ? @ % { } \\ /, "
            "and ends with neither blank nor full stop",
            source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftinsights",
            passes="database-cpu",
            fails="database/cpu",
        ),
        severity(),
        frequency(
            "evaluationFrequency",
            (1, 5, 15, 30, 60),
            says="a metric alert is evaluated every PT1M, PT5M, PT15M, PT30M or PT1H",
            passes="PT1M",
            fails="PT2M",
        ),
        frequency(
            "windowSize",
            (1, 5, 15, 30, 60, 360, 720, 1440),
            says="the window is PT1M, PT5M, PT15M, PT30M, PT1H, PT6H, PT12H or P1D",
            passes="PT15M",
            fails="PT10M",
        ),
        window_covers_frequency(),
        Combination(
            path="scopes",
            test=_single_watches_one,
            says=f"criteria of {_SINGLE} watch one resource",
            source=_API,
            passes={"scopes": [_SERVER]},
            fails={"scopes": [_SERVER, f"{_SERVER}-2"], "targetResourceType": "a", "targetResourceRegion": "b"},
        ),
        Combination(
            path="targetResourceType",
            test=_several_name_their_type,
            says="an alert over several resources names targetResourceType and targetResourceRegion",
            source=_API,
            passes={"targetResourceType": "Microsoft.DBforPostgreSQL/flexibleServers"},
            fails={"scopes": [_SERVER, f"{_SERVER}-2"], "criteria.odataType": _MULTIPLE},
        ),
        Combination(
            path="criteria.allOf",
            test=_criteria_differ,
            says="criteria have distinct names",
            source=_API,
            passes={"criteria.allOf": [_CRITERION, {**_CRITERION, "name": "other"}]},
            fails={"criteria.allOf": [_CRITERION, _CRITERION]},
        ),
        Related(
            path="criteria.allOf",
            test=lambda criteria, inputs: 1 <= len(criteria) <= (1 if _kind(inputs) == _MULTIPLE else 5),
            says="an alert has one to five criteria, one that watches several resources a single one",
            source=ALERT_SOURCE,
            passes={"criteria.allOf": [_CRITERION]},
            fails={"criteria.allOf": []},
        ),
        Choice(
            path="criteria.odataType",
            among=(_SINGLE, _MULTIPLE, "Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria"),
            says=f"criteria are of the type {_SINGLE} or {_MULTIPLE}",
            source=_API,
            passes=_SINGLE,
            fails="Single",
        ),
        arm_id("actions[].actionGroupId", "Microsoft.Insights/actionGroups", source=_API, noun="an action group"),
    )
    plan_rules = ALERTS_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "ruleName": "database-cpu",
        "location": "global",
        "enabled": True,
        "severity": 2,
        "scopes": [_SERVER],
        "evaluationFrequency": "PT5M",
        "windowSize": "PT15M",
        "criteria": {"odataType": _SINGLE, "allOf": [_CRITERION]},
        "actions": [{"actionGroupId": example_id("Microsoft.Insights/actionGroups/ag-ignition-dev")}],
    }
