"""Variables that hold secrets refer to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import CONTAINER_APP, JOB
from policy.values import UNKNOWN, value, values

_SECRET: Final = re.compile(
    r"(^|_)(SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIALS?|APIKEY|API_KEY|PRIVATE_KEY|ACCESS_KEY)(_[AB])?$|_SECRET_"
)


def _breaches(resource: Resource) -> Iterator[str]:
    for path in ("template.containers[].env[]", "template.initContainers[].env[]"):
        for variable in values(resource.props, path):
            name = value(variable, "name") if variable is not UNKNOWN else None
            if isinstance(name, str) and _SECRET.search(name) and value(variable, "value") not in (None, ""):
                yield f"variable {name} has a value of its own"


RULE: Final = ResourceRule(
    id="apps.no-secret-in-environment",
    says="No variable with a secret's name has a plain value.",
    why="A plain value is shown in the portal, in every deployment's history and to everybody who may read the app.",
    source="https://learn.microsoft.com/azure/container-apps/manage-secrets",
    severity=Severity.CRITICAL,
    remedy="Declare the setting as SecretStr, so that it is bound to a secret of the vault; or give it a name that says what it is.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(
            token=CONTAINER_APP,
            props={
                "template": {
                    "containers": [
                        {
                            "env": [
                                {"name": "SESSION_SECRET", "secretRef": "session"},
                                {"name": "LOG_LEVEL", "value": "info"},
                            ]
                        }
                    ]
                }
            },
        )
    ],
    fails=[
        Sample(
            token=CONTAINER_APP,
            props={"template": {"containers": [{"env": [{"name": "SESSION_SECRET", "value": "hunter2"}]}]}},
        )
    ],
    of=(
        CONTAINER_APP,
        JOB,
    ),
    breaches=_breaches,
)
