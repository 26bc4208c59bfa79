"""Nothing of development is reachable as production."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import IN_PRODUCTION
from policy.tokens import APPLICATION, BUCKET_CORS, CERTIFICATE_PACK, CONTAINER_APP, RECORD, RULESET
from policy.values import all_texts

_DEVELOPMENT: Final = re.compile(
    r"\b(?:localhost|(?:[a-z0-9-]+\.)*(?:[a-z0-9-]+-)?(?:dev|development|test|staging)(?:\.[a-z0-9-]+)+\.[a-z]{2,})\b"
)


def _breaches(resource: Resource) -> Iterator[str]:
    named = {host for text in all_texts(resource.props) for host in _DEVELOPMENT.findall(text)}
    if named:
        yield f"it names {', '.join(sorted(named))}"


RULE: Final = ResourceRule(
    id="hosts.no-development",
    says="Production names no host of development.",
    why="A host of development under production's name, certificate or sign-in is trusted like production.",
    source="https://learn.microsoft.com/azure/well-architected/security/segmentation",
    severity=Severity.MEDIUM,
    remedy="Keep development in a zone of its own, or accept it with a reason in accepted-exceptions.yaml.",
    enforcement=IN_PRODUCTION,
    passes=[Sample(token=RECORD, props={"name": "api.example.org"})],
    fails=[Sample(token=RULESET, props={"rules": [{"expression": 'http.host eq "api-dev.example.org"'}]})],
    of=(
        RECORD,
        CERTIFICATE_PACK,
        RULESET,
        APPLICATION,
        BUCKET_CORS,
        CONTAINER_APP,
    ),
    breaches=_breaches,
)
