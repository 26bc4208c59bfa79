"""Who did what to the data is on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, come_from, of_types
from policy.stages import IN_THE_CLOUD
from policy.tokens import DIAGNOSTIC_SETTING, ENVIRONMENT, SERVER, VAULT
from policy.values import values


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    logged = come_from(
        (
            each
            for each in of_types(resources, DIAGNOSTIC_SETTING)
            if any(enabled is not False for enabled in values(each.props, "logs[].enabled"))
        ),
        "resourceUri",
    )
    for each in of_types(resources, SERVER, VAULT, ENVIRONMENT):
        if each.urn not in logged:
            yield each, "no diagnostic setting sends its logs"


RULE: Final = StackRule(
    id="watch.audit-logs",
    says="The database, the vault and the apps' environment send their logs somewhere.",
    why="After an incident nobody can tell what was read otherwise (CIS Azure Foundations, logging and monitoring).",
    source="https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings",
    severity=Severity.HIGH,
    remedy="Declare a DiagnosticSetting with the resource as its `resourceUri`.",
    enforcement=IN_THE_CLOUD,
    passes=[
        Sample(token=VAULT, name="vault"),
        Sample(token=DIAGNOSTIC_SETTING, props={"logs": [{"enabled": True}]}, comes_from={"resourceUri": ["vault"]}),
    ],
    fails=[
        Sample(token=VAULT, name="vault"),
        Sample(token=DIAGNOSTIC_SETTING, props={"logs": [{"enabled": False}]}, comes_from={"resourceUri": ["vault"]}),
    ],
    breaches=_breaches,
)
