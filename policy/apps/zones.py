"""The apps survive the loss of a zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import ENVIRONMENT
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    redundant = value(resource.props, "zoneRedundant")
    if redundant is not UNKNOWN and redundant is not True:
        yield "'zoneRedundant' is not true"


RULE: Final = ResourceRule(
    id="apps.zones",
    says="The apps' environment is spread over zones.",
    why="It cannot be changed later, and a failure of its one zone takes every app.",
    source="https://azure.github.io/Azure-Proactive-Resiliency-Library-v2/azure-resources/App/managedEnvironments/",
    severity=Severity.HIGH,
    remedy="Set `zoneRedundant` to true when the environment is made.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=ENVIRONMENT, props={"zoneRedundant": True})],
    fails=[Sample(token=ENVIRONMENT)],
    of=(ENVIRONMENT,),
    breaches=_breaches,
)
