"""Who reads secrets is decided by role assignments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import VAULT
from policy.values import UNKNOWN, value, values


def _breaches(resource: Resource) -> Iterator[str]:
    roles = value(resource.props, "properties.enableRbacAuthorization")
    if roles is not UNKNOWN and roles is not True:
        yield "'enableRbacAuthorization' is not true"
    if any(each is not UNKNOWN for each in values(resource.props, "properties.accessPolicies[]")):
        yield "it has access policies"


RULE: Final = ResourceRule(
    id="vault.roles",
    says="The vault takes role assignments and no access policies.",
    why="An access policy covers every secret of the vault, and a contributor can write one for themselves.",
    source="https://learn.microsoft.com/azure/key-vault/general/rbac-access-policy",
    severity=Severity.HIGH,
    remedy="Set `enableRbacAuthorization` to true and give roles on single secrets.",
    enforcement=EVERYWHERE,
    passes=[Sample(token=VAULT, props={"properties": {"enableRbacAuthorization": True}})],
    fails=[
        Sample(
            token=VAULT, props={"properties": {"enableRbacAuthorization": True, "accessPolicies": [{"objectId": "x"}]}}
        )
    ],
    of=(VAULT,),
    breaches=_breaches,
)
