"""An app proves who it is without a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import CONTAINER_APP, JOB
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    kind = value(resource.props, "identity.type")
    if kind is not UNKNOWN and "UserAssigned" not in str(kind):
        yield f"'identity.type' is {kind or 'not set'}"


RULE: Final = ResourceRule(
    id="identity.of-each-app",
    says="An app has an identity of its own.",
    why="Without one it needs a key for the vault and the registry, which somebody has to keep and rotate.",
    source="https://learn.microsoft.com/azure/container-apps/managed-identity",
    severity=Severity.MEDIUM,
    remedy="Give it a UserAssignedIdentity; `AppIdentity` makes one.",
    enforcement=EVERYWHERE,
    passes=[Sample(token=CONTAINER_APP, props={"identity": {"type": "UserAssigned"}})],
    fails=[Sample(token=JOB, props={"identity": {"type": "None"}})],
    of=(
        CONTAINER_APP,
        JOB,
    ),
    breaches=_breaches,
)
