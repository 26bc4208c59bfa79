"""The registry has no passwords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import REGISTRY
from policy.values import value


def _breaches(resource: Resource) -> Iterator[str]:
    for name in ("adminUserEnabled", "anonymousPullEnabled"):
        if value(resource.props, name) is True:
            yield f"'{name}' is true"


RULE: Final = ResourceRule(
    id="identity.no-registry-keys",
    says="The registry has neither an administrator's password nor anonymous pulls.",
    why="The password is one for everybody, may push, and names nobody in the log.",
    source="https://learn.microsoft.com/azure/container-registry/container-registry-best-practices",
    severity=Severity.HIGH,
    remedy="Set `adminUserEnabled` and `anonymousPullEnabled` to false.",
    enforcement=EVERYWHERE,
    passes=[Sample(token=REGISTRY, props={"adminUserEnabled": False})],
    fails=[Sample(token=REGISTRY, props={"adminUserEnabled": True})],
    of=(REGISTRY,),
    breaches=_breaches,
)
