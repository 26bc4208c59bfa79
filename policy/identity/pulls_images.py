"""Images are pulled by an identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import CONTAINER_APP, JOB
from policy.values import UNKNOWN, value, values


def _breaches(resource: Resource) -> Iterator[str]:
    for registry in values(resource.props, "configuration.registries[]"):
        if registry is not UNKNOWN and value(registry, "passwordSecretRef") is not None:
            yield f"the registry '{value(registry, 'server')}' is used with a password"


RULE: Final = ResourceRule(
    id="identity.pulls-images",
    says="Images are pulled by an identity and not with a password.",
    why="A registry's password can be used from anywhere, and by everybody who may read the app.",
    source="https://learn.microsoft.com/azure/container-apps/managed-identity-image-pull",
    severity=Severity.HIGH,
    remedy="Give `registries[].identity` in place of a password.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(
            token=CONTAINER_APP, props={"configuration": {"registries": [{"server": "cr.azurecr.io", "identity": "i"}]}}
        )
    ],
    fails=[
        Sample(
            token=CONTAINER_APP,
            props={"configuration": {"registries": [{"server": "cr.azurecr.io", "passwordSecretRef": "p"}]}},
        )
    ],
    of=(
        CONTAINER_APP,
        JOB,
    ),
    breaches=_breaches,
)
