"""The edge trusts no stranger's origin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import IN_THE_CLOUD
from policy.tokens import RULESET, ZONE_SETTING
from policy.values import UNKNOWN, value, values


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    settings = list(of_types(resources, ZONE_SETTING))
    if not settings:
        return
    known = {value(each.props, "settingId"): value(each.props, "value") for each in settings}
    modes = [known.get("ssl")]
    for each in of_types(resources, RULESET):
        modes += values(each.props, "rules[].actionParameters.ssl")
    if UNKNOWN in known or UNKNOWN in modes or UNKNOWN in known.values():
        return
    if "strict" not in modes:
        yield settings[0], "nothing sets `ssl` to strict"
    if known.get("always_use_https") != "on":
        yield settings[0], "always_use_https is not on"
    if str(known.get("min_tls_version")) not in ("1.2", "1.3"):
        yield settings[0], f"min_tls_version is {known.get('min_tls_version') or '1.0 by default'}"


RULE: Final = StackRule(
    id="edge.strict-tls",
    says="A zone of the stack verifies its origins and refuses old TLS.",
    why="With anything less than strict, whoever is between the edge and the apps reads every request.",
    source="https://developers.cloudflare.com/ssl/origin-configuration/ssl-modes/full-strict/",
    severity=Severity.HIGH,
    remedy="Set `ssl` to strict, for the zone or in a rule for the hosts; set always_use_https to on and min_tls_version to 1.2 or more.",
    enforcement=IN_THE_CLOUD,
    passes=[
        Sample(token=ZONE_SETTING, name="a", props={"settingId": "ssl", "value": "strict"}),
        Sample(token=ZONE_SETTING, name="b", props={"settingId": "always_use_https", "value": "on"}),
        Sample(token=ZONE_SETTING, name="c", props={"settingId": "min_tls_version", "value": "1.2"}),
    ],
    fails=[
        Sample(token=ZONE_SETTING, name="a", props={"settingId": "ssl", "value": "full"}),
        Sample(token=ZONE_SETTING, name="b", props={"settingId": "always_use_https", "value": "on"}),
        Sample(token=ZONE_SETTING, name="c", props={"settingId": "min_tls_version", "value": "1.2"}),
    ],
    breaches=_breaches,
)
