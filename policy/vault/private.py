"""The vault answers the platform's network alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import VAULT
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    public = value(resource.props, "properties.publicNetworkAccess")
    if public is not UNKNOWN and str(public).lower() != "disabled":
        yield f"'publicNetworkAccess' is {public or 'Enabled by default'}"
    action = value(resource.props, "properties.networkAcls.defaultAction")
    if action is not UNKNOWN and action != "Deny":
        yield f"'networkAcls.defaultAction' is {action or 'Allow by default'}"


RULE: Final = ResourceRule(
    id="vault.private",
    says="The vault has no public access.",
    why="A stolen token reads every secret from anywhere otherwise.",
    source="https://learn.microsoft.com/azure/key-vault/general/network-security",
    severity=Severity.HIGH,
    remedy="Set `publicNetworkAccess` to Disabled, the default action to Deny, and declare a private endpoint.",
    enforcement=IN_PRODUCTION,
    passes=[
        Sample(
            token=VAULT,
            props={"properties": {"publicNetworkAccess": "Disabled", "networkAcls": {"defaultAction": "Deny"}}},
        )
    ],
    fails=[
        Sample(
            token=VAULT,
            props={"properties": {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Deny"}}},
        )
    ],
    of=(VAULT,),
    breaches=_breaches,
)
