"""Cookies stay on the stack's own hosts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.hosts.own import own_hosts
from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import EVERYWHERE
from policy.tokens import CONTAINER_APP, RECORD
from policy.values import UNKNOWN, value, values


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    hosts = own_hosts(resources)
    for each in of_types(resources, CONTAINER_APP) if hosts else ():
        for variable in values(each.props, "template.containers[].env[]"):
            if variable is UNKNOWN or not str(value(variable, "name")).endswith("COOKIE_DOMAIN"):
                continue
            domain = value(variable, "value")
            if isinstance(domain, str) and domain.lstrip(".") not in hosts:
                yield each, f"{value(variable, 'name')} is '{domain}', which is no host of this stack"


RULE: Final = StackRule(
    id="hosts.cookie-domain",
    says="A cookie domain is a host of this stack.",
    why="A cookie for the whole zone is sent to every other host in it, development's too.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html#domain-and-path-attributes",
    severity=Severity.HIGH,
    remedy="Name the host itself and not the zone.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(token=RECORD, name="api", props={"type": "CNAME", "name": "api.example.org"}),
        Sample(
            token=CONTAINER_APP,
            props={"template": {"containers": [{"env": [{"name": "AUTH_COOKIE_DOMAIN", "value": "api.example.org"}]}]}},
        ),
    ],
    fails=[
        Sample(token=RECORD, name="api", props={"type": "CNAME", "name": "api.example.org"}),
        Sample(
            token=CONTAINER_APP,
            props={"template": {"containers": [{"env": [{"name": "AUTH_COOKIE_DOMAIN", "value": "example.org"}]}]}},
        ),
    ],
    breaches=_breaches,
)
