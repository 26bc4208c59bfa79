"""Browsers come back over TLS only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import IN_THE_CLOUD
from policy.tokens import ZONE_SETTING
from policy.values import UNKNOWN, value

_AGE_S: Final = 15_768_000


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    settings = list(of_types(resources, ZONE_SETTING))
    headers = [each for each in settings if value(each.props, "settingId") in ("security_header", UNKNOWN)]
    for each in headers:
        told = value(each.props, "value.strict_transport_security")
        if told is UNKNOWN:
            continue
        age = value(told, "max_age")
        if value(told, "enabled") is False or (age is not UNKNOWN and (age or 0) < _AGE_S):
            yield each, f"strict_transport_security is off or has a max_age of {age or 0:g} s"
    if settings and not headers:
        yield settings[0], "the zone has no setting security_header"


RULE: Final = StackRule(
    id="edge.hsts",
    says="A zone of the stack tells browsers to use TLS for at least half a year.",
    why="The first request of each visit can be read and changed on the way otherwise.",
    source="https://developers.cloudflare.com/ssl/edge-certificates/additional-options/http-strict-transport-security/",
    severity=Severity.MEDIUM,
    remedy="Declare the setting security_header with strict_transport_security enabled and a max_age of 15768000 or more.",
    enforcement=IN_THE_CLOUD,
    passes=[
        Sample(
            token=ZONE_SETTING,
            props={
                "settingId": "security_header",
                "value": {"strict_transport_security": {"enabled": True, "max_age": 31536000}},
            },
        )
    ],
    fails=[
        Sample(
            token=ZONE_SETTING,
            props={
                "settingId": "security_header",
                "value": {"strict_transport_security": {"enabled": True, "max_age": 3600}},
            },
        )
    ],
    breaches=_breaches,
)
