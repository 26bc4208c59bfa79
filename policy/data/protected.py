"""Stateful resources are protected from the program itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import BUCKET, DATABASE, DNSSEC, RESOURCE_GROUP, SERVER, VAULT


def _breaches(resource: Resource) -> Iterator[str]:
    if not resource.opts.protect:
        yield "it is not protected"


RULE: Final = ResourceRule(
    id="data.protected",
    says="What holds data is protected.",
    why="A renamed or removed line of the program otherwise deletes the data with the next `pulumi up`.",
    source="https://www.pulumi.com/docs/iac/concepts/options/protect/",
    severity=Severity.CRITICAL,
    remedy="Give it `protect=True`; `ignition:protection.protect` does.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=SERVER, protect=True), Sample(token=BUCKET, protect=True)],
    fails=[Sample(token=BUCKET)],
    of=(
        SERVER,
        DATABASE,
        VAULT,
        BUCKET,
        DNSSEC,
        RESOURCE_GROUP,
    ),
    breaches=_breaches,
)
