"""Backups of the database survive the region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import SERVER
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    kept = value(resource.props, "backup.geoRedundantBackup")
    if kept is not UNKNOWN and kept != "Enabled":
        yield f"'backup.geoRedundantBackup' is {kept or 'Disabled by default'}"


RULE: Final = ResourceRule(
    id="data.backups-elsewhere",
    says="The database's backups are in a second region.",
    why="A region that is lost takes the server and its backups with it otherwise, and the choice cannot be made later.",
    source="https://azure.github.io/Azure-Proactive-Resiliency-Library-v2/azure-resources/DBforPostgreSQL/flexibleServers/",
    severity=Severity.HIGH,
    remedy="Set `backup.geoRedundantBackup` to Enabled when the server is made.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=SERVER, props={"backup": {"geoRedundantBackup": "Enabled"}})],
    fails=[Sample(token=SERVER, props={"backup": {"backupRetentionDays": 35}})],
    of=(SERVER,),
    breaches=_breaches,
)
