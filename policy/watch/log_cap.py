"""A bill cannot run away with the logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import ADVICE_IN_DEVELOPMENT
from policy.tokens import WORKSPACE
from policy.values import value


def _breaches(resource: Resource) -> Iterator[str]:
    if value(resource.props, "workspaceCapping.dailyQuotaGb") is None:
        yield "it has no daily cap"


RULE: Final = ResourceRule(
    id="watch.log-cap",
    says="The log workspace has a daily cap.",
    why="An app in a loop writes logs for more than the whole platform costs.",
    source="https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap",
    severity=Severity.LOW,
    remedy="Set `workspaceCapping.dailyQuotaGb`.",
    enforcement=ADVICE_IN_DEVELOPMENT,
    passes=[Sample(token=WORKSPACE, props={"workspaceCapping": {"dailyQuotaGb": 5}})],
    fails=[Sample(token=WORKSPACE)],
    of=(WORKSPACE,),
    breaches=_breaches,
)
