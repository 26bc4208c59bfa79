"""Answers about the zone are signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import IN_THE_CLOUD
from policy.tokens import DNSSEC, ZONE_SETTING
from policy.values import UNKNOWN, value


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    owned = next(of_types(resources, ZONE_SETTING), None)
    states = [value(each.props, "status") for each in of_types(resources, DNSSEC)]
    if owned is not None and "active" not in states and UNKNOWN not in states:
        yield owned, "the zone has no active DNSSEC"


RULE: Final = StackRule(
    id="edge.dnssec",
    says="A zone of the stack has DNSSEC.",
    why="A forged answer takes sign-ins and certificates to somebody else's server otherwise.",
    source="https://developers.cloudflare.com/dns/dnssec/",
    severity=Severity.MEDIUM,
    remedy="Declare a ZoneDnssec with status active, and enter its DS record at the registrar.",
    enforcement=IN_THE_CLOUD,
    passes=[Sample(token=ZONE_SETTING), Sample(token=DNSSEC, name="dnssec", props={"status": "active"})],
    fails=[Sample(token=ZONE_SETTING), Sample(token=DNSSEC, name="dnssec", props={"status": "disabled"})],
    breaches=_breaches,
)
