"""Sign-ins return to the stack's own hosts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from pulumi_policy import Severity

from policy.hosts.own import own_hosts
from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import IN_THE_CLOUD
from policy.tokens import APPLICATION, RECORD
from policy.values import texts


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    hosts = own_hosts(resources)
    for each in of_types(resources, APPLICATION) if hosts else ():
        for path in ("web.redirectUris[]", "singlePageApplication.redirectUris[]"):
            for uri in texts(each.props, path):
                parts = urlsplit(uri)
                if parts.hostname == "localhost":
                    continue  # a developer's machine; `hosts.no-development` keeps it out of production
                if parts.hostname not in hosts or parts.scheme != "https":
                    yield each, f"redirect URI '{uri}' is not https on a host of this stack"


RULE: Final = StackRule(
    id="hosts.redirect-uris",
    says="A redirect URI leads to a host of this stack, over TLS.",
    why="A sign-in of production that may return to development gives its codes away there.",
    source="https://learn.microsoft.com/entra/identity-platform/reply-url",
    severity=Severity.HIGH,
    remedy="Name a host that the stack has a record for; give development a registration of its own.",
    enforcement=IN_THE_CLOUD,
    passes=[
        Sample(token=RECORD, name="api", props={"type": "CNAME", "name": "api.example.org"}),
        Sample(token=APPLICATION, props={"web": {"redirectUris": ["https://api.example.org/callback"]}}),
    ],
    fails=[
        Sample(token=RECORD, name="api", props={"type": "CNAME", "name": "api.example.org"}),
        Sample(token=APPLICATION, props={"web": {"redirectUris": ["https://api-dev.example.org/callback"]}}),
    ],
    breaches=_breaches,
)
