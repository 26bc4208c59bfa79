"""A bill and an alert lead to an owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import (
    CONTAINER_APP,
    ENVIRONMENT,
    JOB,
    REGISTRY,
    RESOURCE_GROUP,
    SERVER,
    STORAGE_ACCOUNT,
    VAULT,
    WORKSPACE,
)
from policy.values import UNKNOWN, value

_TAGS: Final = ("environment", "owner", "managed-by")


def _breaches(resource: Resource) -> Iterator[str]:
    tags = value(resource.props, "tags")
    if tags is UNKNOWN:
        return
    if missing := [name for name in _TAGS if value(tags, name) is None]:
        yield f"it has no tag {' and no tag '.join(missing)}"


RULE: Final = ResourceRule(
    id="watch.tags",
    says="Resources have the tags environment, owner and managed-by.",
    why="Nobody can tell otherwise whose a resource is and whether a program makes it.",
    source="https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-tagging",
    severity=Severity.LOW,
    remedy="Pass the stack's tags to it.",
    enforcement=EVERYWHERE,
    passes=[Sample(token=VAULT, props={"tags": {"environment": "prod", "owner": "platform", "managed-by": "pulumi"}})],
    fails=[Sample(token=VAULT, props={"tags": {"environment": "prod"}})],
    of=(
        RESOURCE_GROUP,
        SERVER,
        VAULT,
        CONTAINER_APP,
        JOB,
        ENVIRONMENT,
        REGISTRY,
        WORKSPACE,
        STORAGE_ACCOUNT,
    ),
    breaches=_breaches,
)
