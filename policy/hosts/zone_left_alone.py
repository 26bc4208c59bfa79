"""Development leaves the zone as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import OUTSIDE_PRODUCTION
from policy.tokens import DNSSEC, RECORD, RULESET, TOTAL_TLS, ZONE_SETTING
from policy.values import value


def _breaches(resource: Resource) -> Iterator[str]:
    if resource.resource_type != RECORD:
        yield "it holds for the whole zone"
    elif value(resource.props, "type") == "CAA":
        yield "a CAA record holds for the whole zone"


RULE: Final = ResourceRule(
    id="hosts.zone-left-alone",
    says="A stack for development declares nothing of the whole zone.",
    why="The zone is production's too: its settings, rules and authorities change for production's hosts with them.",
    source="https://learn.microsoft.com/azure/well-architected/security/segmentation",
    severity=Severity.HIGH,
    remedy="Leave `ignition:zone.owned` false, and let production's stack make it; it takes development's hosts in `zone.other_hosts`.",
    enforcement=OUTSIDE_PRODUCTION,
    passes=[Sample(token=RECORD, props={"type": "CNAME"})],
    fails=[Sample(token=ZONE_SETTING)],
    of=(
        RECORD,
        ZONE_SETTING,
        RULESET,
        DNSSEC,
        TOTAL_TLS,
    ),
    breaches=_breaches,
)
