"""Apps answer the edge and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import ADVICE_IN_DEVELOPMENT
from policy.tokens import CONTAINER_APP
from policy.values import UNKNOWN, value, values


def _breaches(resource: Resource) -> Iterator[str]:
    if value(resource.props, "configuration.ingress.external") is not True:
        return
    actions = list(values(resource.props, "configuration.ingress.ipSecurityRestrictions[].action"))
    if "Allow" not in actions and UNKNOWN not in actions:
        yield "it takes requests from every address"
    if value(resource.props, "configuration.ingress.allowInsecure") is True:
        yield "it takes requests without TLS"


RULE: Final = ResourceRule(
    id="apps.behind-the-edge",
    says="A public app takes requests from the edge's addresses only, over TLS.",
    why="The firewall, the rate limits and Access are at the edge; whoever knows the app's own address passes all of them otherwise.",
    source="https://developers.cloudflare.com/fundamentals/security/protect-your-origin-server/",
    severity=Severity.HIGH,
    remedy="Allow Cloudflare's ranges in `ingress.ipSecurityRestrictions` and leave `allowInsecure` false.",
    enforcement=ADVICE_IN_DEVELOPMENT,
    passes=[
        Sample(
            token=CONTAINER_APP,
            props={"configuration": {"ingress": {"external": True, "ipSecurityRestrictions": [{"action": "Allow"}]}}},
        )
    ],
    fails=[Sample(token=CONTAINER_APP, props={"configuration": {"ingress": {"external": True}}})],
    of=(CONTAINER_APP,),
    breaches=_breaches,
)
