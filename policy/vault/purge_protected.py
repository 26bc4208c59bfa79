"""A deleted vault can be brought back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import VAULT
from policy.values import UNKNOWN, numbers, value

_DAYS: Final = 90


def _breaches(resource: Resource) -> Iterator[str]:
    protected = value(resource.props, "properties.enablePurgeProtection")
    if protected is not UNKNOWN and protected is not True:
        yield "'enablePurgeProtection' is not true"
    for days in numbers(resource.props, "properties.softDeleteRetentionInDays"):
        if days < _DAYS:
            yield f"deleted secrets are kept for {days:g} days"


RULE: Final = ResourceRule(
    id="vault.purge-protected",
    says="The vault is protected from purging, for 90 days.",
    why="Whoever may delete it otherwise destroys every secret at once, with no way back.",
    source="https://learn.microsoft.com/azure/key-vault/general/best-practices",
    severity=Severity.CRITICAL,
    remedy="Set `enablePurgeProtection` to true and `softDeleteRetentionInDays` to 90.",
    enforcement=IN_PRODUCTION,
    passes=[
        Sample(token=VAULT, props={"properties": {"enablePurgeProtection": True, "softDeleteRetentionInDays": 90}})
    ],
    fails=[Sample(token=VAULT, props={"properties": {"enablePurgeProtection": True, "softDeleteRetentionInDays": 7}})],
    of=(VAULT,),
    breaches=_breaches,
)
