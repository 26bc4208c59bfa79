"""Alerts are on what holds data and what takes requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, come_from, of_types
from policy.stages import IN_PRODUCTION
from policy.tokens import CONTAINER_APP, METRIC_ALERT, QUERY_ALERT, SERVER, VAULT
from policy.values import value


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    watched = come_from(of_types(resources, METRIC_ALERT, QUERY_ALERT), "scopes")
    for each in of_types(resources, SERVER, VAULT):
        if each.urn not in watched:
            yield each, "no alert has it in its scopes"
    apps = [each for each in of_types(resources, CONTAINER_APP) if value(each.props, "configuration.ingress.external")]
    if apps and not any(each.urn in watched for each in apps):
        yield apps[0], "no alert has an app in its scopes"


RULE: Final = StackRule(
    id="watch.alerts",
    says="The database, the vault and at least one app have an alert.",
    why="People notice before the operators do otherwise.",
    source="https://learn.microsoft.com/azure/well-architected/operational-excellence/observability",
    severity=Severity.MEDIUM,
    remedy="Declare a MetricAlert or ScheduledQueryRule with the resource in its scopes.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=SERVER, name="server"), Sample(token=METRIC_ALERT, comes_from={"scopes": ["server"]})],
    fails=[
        Sample(token=SERVER, name="server"),
        Sample(token=VAULT, name="vault"),
        Sample(token=METRIC_ALERT, comes_from={"scopes": ["server"]}),
    ],
    breaches=_breaches,
)
