"""A token of the edge opens one bucket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import ACCESS_TOKEN
from policy.values import texts

_ACCOUNT: Final = "com.cloudflare.api.account."


def _breaches(resource: Resource) -> Iterator[str]:
    for scope in texts(resource.props, "policies[].resources"):
        if _ACCOUNT in scope:
            yield "it is for a whole account"


RULE: Final = ResourceRule(
    id="identity.narrow-tokens",
    says="An account token is for buckets by name.",
    why="A token for the whole account reads the buckets of production from development.",
    source="https://developers.cloudflare.com/r2/api/tokens/",
    severity=Severity.HIGH,
    remedy="Name the bucket in `policies[].resources`: `com.cloudflare.edge.r2.bucket.ACCOUNT_JURISDICTION_BUCKET`.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(token=ACCESS_TOKEN, props={"policies": [{"resources": '{"com.cloudflare.edge.r2.bucket.a_eu_b":"*"}'}]})
    ],
    fails=[Sample(token=ACCESS_TOKEN, props={"policies": [{"resources": '{"com.cloudflare.api.account.a":"*"}'}]})],
    of=(ACCESS_TOKEN,),
    breaches=_breaches,
)
