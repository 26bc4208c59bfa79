"""The database survives the loss of a zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import SERVER
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    mode = value(resource.props, "highAvailability.mode")
    if mode is not UNKNOWN and mode != "ZoneRedundant":
        yield f"'highAvailability.mode' is {mode or 'Disabled by default'}"


RULE: Final = ResourceRule(
    id="data.standby",
    says="The database has a standby in another zone.",
    why="Without one, a failure of its zone lasts until a backup has been restored.",
    source="https://azure.github.io/Azure-Proactive-Resiliency-Library-v2/azure-resources/DBforPostgreSQL/flexibleServers/",
    severity=Severity.HIGH,
    remedy="Set `highAvailability.mode` to ZoneRedundant.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=SERVER, props={"highAvailability": {"mode": "ZoneRedundant"}})],
    fails=[Sample(token=SERVER, props={"highAvailability": {"mode": "SameZone"}})],
    of=(SERVER,),
    breaches=_breaches,
)
