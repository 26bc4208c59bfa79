"""Backups of the database are kept for long enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import SERVER
from policy.values import UNKNOWN, value

_DAYS: Final = 14


def _breaches(resource: Resource) -> Iterator[str]:
    days = value(resource.props, "backup.backupRetentionDays")
    if days is not UNKNOWN and (days is None or days < _DAYS):
        yield f"backups are kept for {days or 'the default of 7'} days"


RULE: Final = ResourceRule(
    id="data.backups-kept",
    says="The database's backups are kept for at least 14 days.",
    why="A mistake that is found after a holiday is older than the last backup otherwise.",
    source="https://learn.microsoft.com/azure/postgresql/backup-restore/concepts-backup-restore",
    severity=Severity.HIGH,
    remedy="Set `backup.backupRetentionDays` to 14 or more; 35 is the most.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=SERVER, props={"backup": {"backupRetentionDays": 35}})],
    fails=[Sample(token=SERVER, props={"backup": {"backupRetentionDays": 7}})],
    of=(SERVER,),
    breaches=_breaches,
)
