"""The platform knows whether an app is well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import CONTAINER_APP
from policy.values import UNKNOWN, value, values

_KINDS: Final = ("Startup", "Liveness", "Readiness")


def _breaches(resource: Resource) -> Iterator[str]:
    if value(resource.props, "configuration.ingress.targetPort") in (None, UNKNOWN):
        return
    kinds = list(values(resource.props, "template.containers[].probes[].type"))
    if UNKNOWN not in kinds and (missing := [kind for kind in _KINDS if kind not in kinds]):
        yield f"it has no {' and no '.join(missing)} probe"


RULE: Final = ResourceRule(
    id="apps.probes",
    says="An app that takes requests has a startup, a liveness and a readiness probe.",
    why="Without them a replica that hangs keeps getting requests, and a broken revision replaces a good one.",
    source="https://learn.microsoft.com/azure/container-apps/health-probes",
    severity=Severity.HIGH,
    remedy="Add the missing probes to the container that listens.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(
            token=CONTAINER_APP,
            props={
                "configuration": {"ingress": {"targetPort": 80}},
                "template": {
                    "containers": [{"probes": [{"type": "Startup"}, {"type": "Liveness"}, {"type": "Readiness"}]}]
                },
            },
        )
    ],
    fails=[
        Sample(
            token=CONTAINER_APP,
            props={
                "configuration": {"ingress": {"targetPort": 80}},
                "template": {"containers": [{"probes": [{"type": "Startup"}, {"type": "Liveness"}]}]},
            },
        )
    ],
    of=(CONTAINER_APP,),
    breaches=_breaches,
)
