"""The database has no public address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import SERVER
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    public = value(resource.props, "network.publicNetworkAccess")
    if public is not UNKNOWN and public != "Disabled":
        yield f"'network.publicNetworkAccess' is {public or 'Enabled by default'}"


RULE: Final = ResourceRule(
    id="network.private-database",
    says="The database is in the platform's network only.",
    why="Only a password stands between the Internet and the data otherwise, and the choice cannot be made later.",
    source="https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private",
    severity=Severity.CRITICAL,
    remedy="Give `network.delegatedSubnetResourceId` and set `network.publicNetworkAccess` to Disabled.",
    enforcement=EVERYWHERE,
    passes=[Sample(token=SERVER, props={"network": {"publicNetworkAccess": "Disabled"}})],
    fails=[Sample(token=SERVER)],
    of=(SERVER,),
    breaches=_breaches,
)
