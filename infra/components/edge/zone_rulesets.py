"""
The rulesets of a zone: rate limit, managed firewall rules, request and response headers.

A zone has one entry point a phase, so each phase's rules stand together here. Every rule has a `ref`: without one, each update
makes all rules anew (https://github.com/pulumi/pulumi-cloudflare/issues/630). An entry point that somebody made by hand must be
imported first, as `zones/ZONE_ID/RULESET_ID`, for it cannot be made twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi_cloudflare as cloudflare
from pulumi import Input, Output, ResourceOptions

from infra.components.edge.edge_secret import EDGE_SECRET_HEADER
from infra.config.rules.plan_limits import PLANS
from infra.config.sections.cloudflare import Plan, RateLimitSection

RESPONSE_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""
What every answer says (https://owasp.org/www-project-secure-headers/). No Content-Security-Policy: only the app knows what its pages
load. Strict-Transport-Security is a setting of the zone.
"""


@dataclass(frozen=True, kw_only=True)
class ZoneRules:
    """
    What the rulesets say.

    Attributes:
        zone_id: 32 hex digits.
        plan: The zone's plan.
        hosts: The proxied hosts that the rules are for.
        rate_limit: The rate limit of one address on expensive paths.
        secret_hosts: Hosts whose apps know the edge by a secret; it is sent to no other.
        secret: That secret.
    """

    zone_id: str
    plan: Plan
    hosts: Sequence[str]
    rate_limit: RateLimitSection
    secret_hosts: Sequence[str] = ()
    secret: Input[str] | None = None


def declare(name: str, rules: ZoneRules, opts: ResourceOptions) -> list[cloudflare.Ruleset]:
    """Every entry point that the zone needs on its plan."""
    phases: dict[str, tuple[str, list[cloudflare.RulesetRuleArgs]]] = {
        "rate-limit": ("http_ratelimit", [_rate_limit(rules)]),
        "firewall": ("http_request_firewall_managed", _managed_rules(rules.plan)),
        "request-headers": ("http_request_late_transform", _request_headers(rules)),
        "response-headers": ("http_response_headers_transform", _response_headers(rules.hosts)),
    }
    return [
        cloudflare.Ruleset(
            f"{name}-{what}", zone_id=rules.zone_id, kind="zone", name=what, phase=phase, rules=listed, opts=opts
        )
        for what, (phase, listed) in phases.items()
        if listed
    ]


def declare_strict_tls(name: str, rules: ZoneRules, opts: ResourceOptions) -> None:
    """The edge insists on certificates of the hosts' origins, and leaves other hosts of the zone as they are."""
    strict = cloudflare.RulesetRuleArgs(
        ref="strict-tls",
        description="Only origins with a certificate that Cloudflare trusts",
        expression=hosts_expression(rules.hosts),
        action="set_config",
        action_parameters=cloudflare.RulesetRuleActionParametersArgs(ssl="strict"),
    )
    cloudflare.Ruleset(
        f"{name}-strict-tls",
        zone_id=rules.zone_id,
        kind="zone",
        name="strict-tls",
        phase="http_config_settings",
        rules=[strict],
        opts=opts,
    )


def hosts_expression(hosts: Sequence[str]) -> str:
    """
    An expression that holds for requests to any of the hosts, in whatever case the client writes them.

    Comparisons respect case, and that Cloudflare changes it beforehand is nowhere documented
    (https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#lower).
    """
    listed = " ".join(f'"{host.lower()}"' for host in sorted(set(hosts)))
    return f"lower(http.host) in {{{listed}}}"


def rate_limit_expression(limit: RateLimitSection, hosts: Sequence[str], plan: Plan) -> str:
    """Which requests are counted; on a plan that does not look at hosts, those to the path on every host of the zone."""
    path = f'starts_with(http.request.uri.path, "{limit.path_prefix}")'
    return f"{hosts_expression(hosts)} and {path}" if PLANS[plan].by_host and hosts else path


def _rate_limit(rules: ZoneRules) -> cloudflare.RulesetRuleArgs:
    limit = rules.rate_limit
    return cloudflare.RulesetRuleArgs(
        ref="auth-rate-limit",
        description=f"At most {limit.requests} requests in {limit.period_s} s from one address",
        expression=rate_limit_expression(limit, rules.hosts, rules.plan),
        action="block",
        ratelimit=cloudflare.RulesetRuleRatelimitArgs(
            characteristics=["cf.colo.id", "ip.src"],
            period=limit.period_s,
            requests_per_period=limit.requests,
            mitigation_timeout=limit.timeout_s,
        ),
    )


def _managed_rules(plan: Plan) -> list[cloudflare.RulesetRuleArgs]:
    # One ruleset that the plan does not include would make the API refuse all of them.
    return [
        cloudflare.RulesetRuleArgs(
            ref=what,
            description=f"Managed rules: {what}",
            expression="true",
            action="execute",
            action_parameters=cloudflare.RulesetRuleActionParametersArgs(id=ruleset),
        )
        for what, ruleset in PLANS[plan].managed_rulesets.items()
    ]


def _request_headers(rules: ZoneRules) -> list[cloudflare.RulesetRuleArgs]:
    """
    The secret by which apps know the edge; what a client sends under that name is replaced.

    Every plan has request header rules, the free one ten (https://developers.cloudflare.com/rules/transform/#availability).
    """
    if rules.secret is None or not rules.secret_hosts:
        return []
    value = Output.secret(rules.secret)
    headers = {EDGE_SECRET_HEADER: cloudflare.RulesetRuleActionParametersHeadersArgs(operation="set", value=value)}
    rule = cloudflare.RulesetRuleArgs(
        ref="edge-secret",
        description="What tells the apps that a request came through the edge",
        expression=hosts_expression(rules.secret_hosts),
        action="rewrite",
        action_parameters=cloudflare.RulesetRuleActionParametersArgs(headers=headers),
    )
    return [rule]


def _response_headers(hosts: Sequence[str]) -> list[cloudflare.RulesetRuleArgs]:
    if not hosts:
        return []
    headers = {
        header: cloudflare.RulesetRuleActionParametersHeadersArgs(operation="set", value=value)
        for header, value in RESPONSE_HEADERS.items()
    }
    rule = cloudflare.RulesetRuleArgs(
        ref="response-headers",
        description="Headers that keep browsers careful",
        expression=hosts_expression(hosts),
        action="rewrite",
        action_parameters=cloudflare.RulesetRuleActionParametersArgs(headers=headers),
    )
    return [rule]
