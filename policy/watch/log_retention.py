"""Logs outlive the time that an intrusion goes unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import WORKSPACE
from policy.values import UNKNOWN, value

_DAYS: Final = 90


def _breaches(resource: Resource) -> Iterator[str]:
    days = value(resource.props, "retentionInDays")
    if days is not UNKNOWN and (days or 0) < _DAYS:
        yield f"logs are kept for {days or 'the default of 30'} days"


RULE: Final = ResourceRule(
    id="watch.log-retention",
    says="Logs are kept for at least 90 days.",
    why="An intrusion is found after weeks; the logs of its beginning are gone by then (CIS Azure Foundations, logging and monitoring).",
    source="https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure",
    severity=Severity.MEDIUM,
    remedy="Set `retentionInDays` to 90 or more.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=WORKSPACE, props={"retentionInDays": 90})],
    fails=[Sample(token=WORKSPACE, props={"retentionInDays": 30})],
    of=(WORKSPACE,),
    breaches=_breaches,
)
