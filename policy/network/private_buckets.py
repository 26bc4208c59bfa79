"""Buckets have no public address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import MANAGED_DOMAIN
from policy.values import value


def _breaches(resource: Resource) -> Iterator[str]:
    if value(resource.props, "enabled") is True:
        yield "its public address is on"


RULE: Final = ResourceRule(
    id="network.private-buckets",
    says="A bucket is not public at r2.dev.",
    why="Whoever guesses its name reads every object, past the edge and without a log.",
    source="https://developers.cloudflare.com/r2/buckets/public-buckets/",
    severity=Severity.CRITICAL,
    remedy="Set `enabled` to false.",
    enforcement=EVERYWHERE,
    passes=[Sample(token=MANAGED_DOMAIN, props={"enabled": False})],
    fails=[Sample(token=MANAGED_DOMAIN, props={"enabled": True})],
    of=(MANAGED_DOMAIN,),
    breaches=_breaches,
)
