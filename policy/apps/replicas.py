"""An app survives the loss of a replica."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import CONTAINER_APP
from policy.values import UNKNOWN, value

_REPLICAS: Final = 2


def _breaches(resource: Resource) -> Iterator[str]:
    if value(resource.props, "configuration.ingress.targetPort") in (None, UNKNOWN):
        return
    replicas = value(resource.props, "template.scale.minReplicas")
    if replicas is not UNKNOWN and (replicas or 0) < _REPLICAS:
        yield f"it may go down to {replicas or 0:g}"


RULE: Final = ResourceRule(
    id="apps.replicas",
    says="An app that takes requests has at least two replicas.",
    why="With one, every restart and every zone failure is an outage; with none, the first request waits for a cold start.",
    source="https://azure.github.io/Azure-Proactive-Resiliency-Library-v2/azure-resources/App/containerApps/",
    severity=Severity.HIGH,
    remedy="Set `template.scale.minReplicas` to 2 or more; `ignition:services.NAME.min_replicas` does.",
    enforcement=IN_PRODUCTION,
    passes=[
        Sample(
            token=CONTAINER_APP,
            props={"configuration": {"ingress": {"targetPort": 80}}, "template": {"scale": {"minReplicas": 2}}},
        )
    ],
    fails=[
        Sample(
            token=CONTAINER_APP,
            props={"configuration": {"ingress": {"targetPort": 80}}, "template": {"scale": {"minReplicas": 1}}},
        )
    ],
    of=(CONTAINER_APP,),
    breaches=_breaches,
)
