"""An alert tells somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_THE_CLOUD
from policy.tokens import ACTION_GROUP, METRIC_ALERT, QUERY_ALERT
from policy.values import UNKNOWN, value, values


def _breaches(resource: Resource) -> Iterator[str]:
    if resource.resource_type == ACTION_GROUP:
        if value(resource.props, "enabled") is False or not any(True for _ in _receivers(resource)):
            yield "it is off or has no receiver"
        return
    actions = [*values(resource.props, "actions[].actionGroupId"), *values(resource.props, "actions.actionGroups[]")]
    if not actions and value(resource.props, "actions") is not UNKNOWN:
        yield "it has no action"


def _receivers(group: Resource) -> Iterator[object]:
    for name in group.props:
        if name.endswith("Receivers"):
            yield from values(group.props, f"{name}[]")


RULE: Final = ResourceRule(
    id="watch.alerts-reach-people",
    says="An alert has an action, and an action group has a receiver.",
    why="An alert without one is a light in an empty room.",
    source="https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups",
    severity=Severity.HIGH,
    remedy="Give the alert an action group with a receiver.",
    enforcement=IN_THE_CLOUD,
    passes=[
        Sample(token=METRIC_ALERT, props={"actions": [{"actionGroupId": "g"}]}),
        Sample(token=ACTION_GROUP, name="group", props={"emailReceivers": [{"name": "a"}]}),
    ],
    fails=[Sample(token=QUERY_ALERT, props={"actions": {"actionGroups": []}})],
    of=(
        METRIC_ALERT,
        QUERY_ALERT,
        ACTION_GROUP,
    ),
    breaches=_breaches,
)
