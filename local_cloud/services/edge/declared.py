"""
The edge from everything that is declared of the zone: made anew whenever one of its resources changed.

A rule that the local edge cannot play is refused by the edge itself, naming the expression.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import objects, part
from local_cloud.services.edge.backend import (
    AccessApplication,
    BlockRule,
    EdgeState,
    HeaderChange,
    HeaderRule,
    Host,
    Hsts,
    Normalization,
    Origin,
    RateLimitRule,
    SslRule,
    Zone,
)

if TYPE_CHECKING:
    from local_cloud.parts import Parts
    from local_cloud.server.resource_types.resource import Resource

_INDEX: Final = "cloudflare:index"
_APPS_DOMAIN: Final = ".azurecontainerapps.io"
_PROXIED: Final = frozenset({"A", "AAAA", "CNAME"})
_ALL: Final = "true"


def apply(parts: Parts) -> None:
    """Brings the edge in line with the records."""
    parts.edge.follow(lambda: EdgeState(zones=(_zone(parts),)))


def _of(parts: Parts, kind: str) -> list[Resource]:
    token = f"{_INDEX}/{kind[0].lower()}{kind[1:]}:{kind}"
    return [each.resource for each in parts.records.of_type(token)]


def _zone(parts: Parts) -> Zone:
    settings = {each.inputs["settingId"]: each.inputs["value"] for each in _of(parts, "ZoneSetting")}
    universal = [each.inputs.get("enabled") is not False for each in _of(parts, "UniversalSslSetting")]
    rules = list(_rules(parts))
    return Zone(
        name=parts.zone_name,
        hosts=tuple(_hosts(parts)),
        universal=all(universal),
        packs=tuple(tuple(each.inputs["hosts"]) for each in _of(parts, "CertificatePack")),
        total_tls=any(each.inputs["enabled"] for each in _of(parts, "TotalTls")),
        ssl=settings.get("ssl", "full"),
        normalization=_normalization(parts),
        min_tls=settings.get("min_tls_version", "1.0"),
        tls_1_3=settings.get("tls_1_3", "on") != "off",
        always_use_https=settings.get("always_use_https") == "on",
        hsts=_hsts(settings.get("security_header")),
        blocks=tuple(
            BlockRule(expression=rule["expression"])
            for phase, rule in rules
            if phase == "http_request_firewall_custom" and rule["action"] == "block"
        ),
        rate_limits=tuple(_rate_limit(rule) for phase, rule in rules if phase == "http_ratelimit"),
        access=tuple(_access(parts)),
        ssl_rules=tuple(
            SslRule(expression=rule["expression"], ssl=rule["actionParameters"]["ssl"])
            for phase, rule in rules
            if phase == "http_config_settings" and part(rule, "actionParameters").get("ssl")
        ),
        request_headers=tuple(_headers(rule) for phase, rule in rules if phase == "http_request_late_transform"),
        response_headers=tuple(_headers(rule) for phase, rule in rules if phase == "http_response_headers_transform"),
    )


def _normalization(parts: Parts) -> Normalization:
    """RFC 3986 is the default: https://developers.cloudflare.com/rules/normalization/settings/."""
    declared = [each.inputs for each in _of(parts, "UrlNormalizationSettings")]
    found: list[Normalization] = ["none" if each["scope"] == "none" else each["type"] for each in declared]
    return found[0] if found else "rfc3986"


def _hosts(parts: Parts) -> Iterator[Host]:
    """Proxied records; one that leads to an app has this machine's ingress as its origin."""
    addresses = parts.platform.addresses
    origin = Origin(tls=addresses.edge_tls, http=addresses.edge_http)
    for record in _of(parts, "DnsRecord"):
        inputs = record.inputs
        if inputs.get("proxied") and inputs["type"].upper() in _PROXIED:
            leads_here = str(inputs.get("content") or "").rstrip(".").endswith(_APPS_DOMAIN)
            alias = f"{inputs['name'].partition('.')[0]}.localhost"
            yield Host(name=inputs["name"], origin=origin if leads_here else None, aliases=(alias,))


def _hsts(value: Any) -> Hsts | None:
    header = part(value or {}, "strict_transport_security")
    if not header.get("enabled"):
        return None
    return Hsts(
        max_age_s=header["max_age"],
        include_subdomains=header["include_subdomains"],
        preload=header["preload"],
        nosniff=header["nosniff"],
    )


def _rules(parts: Parts) -> Iterator[tuple[str, Inputs]]:
    """Enabled rules with their phase, in order."""
    for ruleset in _of(parts, "Ruleset"):
        for rule in objects(ruleset.inputs, "rules"):
            if rule.get("enabled") is not False:
                yield ruleset.inputs["phase"], rule


def _rate_limit(rule: Inputs) -> RateLimitRule:
    limit = rule["ratelimit"]
    return RateLimitRule(
        id=rule["ref"],
        expression=rule["expression"],
        requests=limit["requestsPerPeriod"],
        period_s=limit["period"],
        timeout_s=limit.get("mitigationTimeout") or 0,
        by=tuple(each for each in limit["characteristics"] if each != "cf.colo.id"),
    )


def _headers(rule: Inputs) -> HeaderRule:
    changes = part(part(rule, "actionParameters"), "headers")
    return HeaderRule(
        expression=rule.get("expression") or _ALL,
        changes=tuple(
            HeaderChange(name=name, operation=each.get("operation") or "set", value=each.get("value") or "")
            for name, each in changes.items()
        ),
    )


def _access(parts: Parts) -> Iterator[AccessApplication]:
    policies = {each.id: each.inputs for each in _of(parts, "ZeroTrustAccessPolicy")}
    for application in _of(parts, "ZeroTrustAccessApplication"):
        chosen = [
            policies[each["id"]] for each in objects(application.inputs, "policies") if each.get("id") in policies
        ]
        included = [rule for policy in chosen if policy["decision"] == "allow" for rule in objects(policy, "includes")]
        for destination in objects(application.inputs, "destinations"):
            host, _, path = str(destination.get("uri")).partition("/")
            yield AccessApplication(
                host=host,
                path=f"/{path}" if path else "",
                aud=application.outputs["aud"],
                name=application.inputs.get("name") or host,
                emails=tuple(each["email"]["email"] for each in included if each.get("email")),
                email_domains=tuple(each["emailDomain"]["domain"] for each in included if each.get("emailDomain")),
                everyone=any(each.get("everyone") is not None for each in included),
                bypass=any(policy["decision"] == "bypass" for policy in chosen),
            )
