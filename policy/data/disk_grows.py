"""The database's disk grows before it is full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import ADVICE_IN_DEVELOPMENT
from policy.tokens import SERVER
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    grows = value(resource.props, "storage.autoGrow")
    if grows is not UNKNOWN and grows != "Enabled":
        yield f"'storage.autoGrow' is {grows or 'Disabled by default'}"


RULE: Final = ResourceRule(
    id="data.disk-grows",
    says="The database's disk grows by itself.",
    why="The server takes no more writes when the disk is full.",
    source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-storage",
    severity=Severity.MEDIUM,
    remedy="Set `storage.autoGrow` to Enabled.",
    enforcement=ADVICE_IN_DEVELOPMENT,
    passes=[Sample(token=SERVER, props={"storage": {"autoGrow": "Enabled"}})],
    fails=[Sample(token=SERVER, props={"storage": {"storageSizeGB": 32}})],
    of=(SERVER,),
    breaches=_breaches,
)
