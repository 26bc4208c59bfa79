"""Hosts are behind the edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import RECORD
from policy.values import value


def _breaches(resource: Resource) -> Iterator[str]:
    if value(resource.props, "type") in ("A", "AAAA", "CNAME") and value(resource.props, "proxied") in (None, False):
        yield f"'{value(resource.props, 'name')}' is not proxied"


RULE: Final = ResourceRule(
    id="edge.proxied",
    says="A host's record is proxied.",
    why="An unproxied record shows the apps' address and takes the firewall, the limits and Access out of the way.",
    source="https://developers.cloudflare.com/dns/proxy-status/",
    severity=Severity.HIGH,
    remedy="Set `proxied` to true.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(token=RECORD, props={"type": "CNAME", "name": "api.example.org", "proxied": True}),
        Sample(token=RECORD, name="txt", props={"type": "TXT", "proxied": False}),
    ],
    fails=[Sample(token=RECORD, props={"type": "CNAME", "name": "api.example.org", "proxied": False})],
    of=(RECORD,),
    breaches=_breaches,
)
