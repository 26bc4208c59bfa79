"""Somebody hears of a bill before it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import IN_THE_CLOUD
from policy.tokens import BUDGET, RESOURCE_GROUP
from policy.values import UNKNOWN, value, values


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    group = next(of_types(resources, RESOURCE_GROUP), None)
    budgets = list(of_types(resources, BUDGET))
    if group is not None and not budgets:
        yield group, "no budget is on it"
    for each in budgets:
        listed = value(each.props, "notifications")
        if listed is not UNKNOWN and not any(True for _ in _receivers(listed)):
            yield each, "it tells nobody"


def _receivers(notifications: Any) -> Iterator[object]:
    for name in notifications or ():
        for kind in ("contactEmails", "contactGroups", "contactRoles"):
            yield from values(notifications, f"{name}.{kind}[]")


RULE: Final = StackRule(
    id="watch.budget",
    says="A stack with resource groups has a budget that tells somebody.",
    why="A mistake in a size or a loop in a log is found on the bill otherwise.",
    source="https://learn.microsoft.com/azure/well-architected/cost-optimization/set-spending-guardrails",
    severity=Severity.MEDIUM,
    remedy="Declare a Budget with an enabled notification and `contactEmails`.",
    enforcement=IN_THE_CLOUD,
    passes=[
        Sample(token=RESOURCE_GROUP, name="group"),
        Sample(token=BUDGET, props={"notifications": {"at": {"contactEmails": ["a@example.org"]}}}),
    ],
    fails=[Sample(token=RESOURCE_GROUP, name="group"), Sample(token=BUDGET, props={"notifications": {}})],
    breaches=_breaches,
)
