"""Stateful resources at Azure are locked against everybody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, come_from, of_types
from policy.stages import IN_PRODUCTION
from policy.tokens import LOCK, SERVER, VAULT


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    locked = come_from(of_types(resources, LOCK), "scope")
    for each in of_types(resources, SERVER, VAULT):
        if each.urn not in locked:
            yield each, "no lock has it as its scope"


RULE: Final = StackRule(
    id="data.locked",
    says="The database and the vault have a lock.",
    why="Protection holds in Pulumi only; the portal and the CLI delete what has no lock.",
    source="https://learn.microsoft.com/azure/well-architected/service-guides/azure-database-for-postgresql",
    severity=Severity.HIGH,
    remedy="Declare a ManagementLockByScope with level CanNotDelete and the resource as its scope.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=SERVER, name="server"), Sample(token=LOCK, name="lock", comes_from={"scope": ["server"]})],
    fails=[
        Sample(token=SERVER, name="server"),
        Sample(token=VAULT, name="vault"),
        Sample(token=LOCK, name="lock", comes_from={"scope": ["server"]}),
    ],
    breaches=_breaches,
)
