"""An app's secrets stay in the vault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import CONTAINER_APP, JOB
from policy.values import UNKNOWN, value, values


def _breaches(resource: Resource) -> Iterator[str]:
    for secret in values(resource.props, "configuration.secrets[]"):
        if secret is not UNKNOWN and value(secret, "keyVaultUrl") is None:
            yield f"secret '{value(secret, 'name')}' holds a value of its own"


RULE: Final = ResourceRule(
    id="apps.secrets-by-reference",
    says="An app's secrets are references to the vault.",
    why="A value is in the app's own list, which every contributor can read, and it is not rotated with the vault.",
    source="https://learn.microsoft.com/azure/container-apps/manage-secrets",
    severity=Severity.CRITICAL,
    remedy="Give `keyVaultUrl` and `identity` in place of `value`.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(
            token=CONTAINER_APP,
            props={
                "configuration": {
                    "secrets": [
                        {"name": "url", "keyVaultUrl": "https://v.vault.azure.net/secrets/url", "identity": "i"}
                    ]
                }
            },
        )
    ],
    fails=[Sample(token=JOB, props={"configuration": {"secrets": [{"name": "url", "value": "postgres://"}]}})],
    of=(
        CONTAINER_APP,
        JOB,
    ),
    breaches=_breaches,
)
