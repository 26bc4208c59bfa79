"""
What a zone's plan at Cloudflare allows; asked by configuration before anything is made.

Numbers are those of https://developers.cloudflare.com/waf/rate-limiting-rules/#availability and
https://developers.cloudflare.com/waf/managed-rules/#availability, read in 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from infra.config.sections.cloudflare import Plan, RateLimitSection


@dataclass(frozen=True, kw_only=True)
class PlanLimits:
    """
    One plan.

    Attributes:
        periods_s: Over which times requests can be counted.
        timeouts_s: For how long an address can be kept out.
        by_host: Whether a rate limit may look at the host; without it a path is limited in the whole zone.
        managed_rulesets: Rulesets of the firewall that a zone can deploy, by id. The free plan's own is deployed by itself.
    """

    periods_s: tuple[int, ...]
    timeouts_s: tuple[int, ...]
    by_host: bool
    managed_rulesets: Mapping[str, str]


PLANS: Final[Mapping[Plan, PlanLimits]] = {
    "free": PlanLimits(periods_s=(10,), timeouts_s=(10,), by_host=False, managed_rulesets={}),
    "pro": PlanLimits(
        periods_s=(10, 15, 20, 30, 40, 45, 60),
        timeouts_s=(10, 15, 20, 30, 40, 45, 60, 90, 120, 180, 240, 300, 480, 600, 900, 1200, 1800, 2400, 3600),
        by_host=True,
        managed_rulesets={
            "cloudflare-managed": "efb7b8c949ac4650a09736fc376e9aee",
            "owasp-core": "4814384a9e5d4991b9815dcfc25d2f1f",
        },
    ),
}


def rate_limit_problems(limit: RateLimitSection, plan: Plan) -> Sequence[str]:
    """
    What is wrong with a rate limit on a plan.

    Returns:
        One sentence a problem, each with what to write instead; none when the plan allows the limit.
    """
    limits = PLANS[plan]
    problems: list[str] = []
    if limit.period_s not in limits.periods_s:
        same = _same_rate(limit, limits.periods_s)
        problems.append(
            f"requests are counted over {limit.period_s} s, but the {plan} plan counts over {_listed(limits.periods_s)}: write {same}"
        )
    if limit.timeout_s not in limits.timeouts_s:
        nearest = min(limits.timeouts_s, key=lambda each: abs(each - limit.timeout_s))
        problems.append(
            f"an address is kept out for {limit.timeout_s} s, but the {plan} plan knows {_listed(limits.timeouts_s)}: write {nearest}"
        )
    return problems


def _same_rate(limit: RateLimitSection, periods_s: Sequence[int]) -> str:
    period_s = min(periods_s, key=lambda each: abs(each - limit.period_s))
    requests = max(1, round(limit.requests * period_s / max(1, limit.period_s)))
    return f"a period of {period_s} with {requests} {'request' if requests == 1 else 'requests'}"


def _listed(seconds: Sequence[int]) -> str:
    return f"{', '.join(map(str, seconds))} s"
