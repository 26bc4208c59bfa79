"""Only the platform's authorities issue certificates for the zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import IN_THE_CLOUD
from policy.tokens import RECORD, ZONE_SETTING
from policy.values import UNKNOWN, value


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    owned = next(of_types(resources, ZONE_SETTING), None)
    kinds = [value(each.props, "type") for each in of_types(resources, RECORD)]
    if owned is not None and "CAA" not in kinds and UNKNOWN not in kinds:
        yield owned, "the zone has no CAA record"


RULE: Final = StackRule(
    id="edge.caa",
    says="A zone of the stack has CAA records.",
    why="Any of some hundred authorities may issue a certificate for the zone otherwise.",
    source="https://developers.cloudflare.com/ssl/edge-certificates/caa-records/",
    severity=Severity.MEDIUM,
    remedy="Declare a CAA record for each authority that the edge and Azure use.",
    enforcement=IN_THE_CLOUD,
    passes=[Sample(token=ZONE_SETTING), Sample(token=RECORD, name="caa", props={"type": "CAA"})],
    fails=[Sample(token=ZONE_SETTING), Sample(token=RECORD, name="a", props={"type": "A"})],
    breaches=_breaches,
)
