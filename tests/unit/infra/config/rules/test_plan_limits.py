from __future__ import annotations

import pytest

from infra.config.rules.plan_limits import rate_limit_problems
from infra.config.sections.cloudflare import RateLimitSection


def test_ten_a_minute_fits_the_pro_plan() -> None:
    assert rate_limit_problems(RateLimitSection(), "pro") == []


def test_the_free_plan_says_how_to_write_the_same_rate() -> None:
    period, timeout = rate_limit_problems(RateLimitSection(), "free")
    assert period == (
        "requests are counted over 60 s, but the free plan counts over 10 s: write a period of 10 with 2 requests"
    )
    assert timeout == "an address is kept out for 600 s, but the free plan knows 10 s: write 10"


def test_a_rate_that_the_free_plan_can_express_has_no_problems() -> None:
    assert rate_limit_problems(RateLimitSection(requests=2, period_s=10, timeout_s=10), "free") == []


def test_a_period_between_those_of_the_plan_is_a_problem() -> None:
    (problem,) = rate_limit_problems(RateLimitSection(period_s=50), "pro")
    assert "counts over 10, 15" in problem


@pytest.mark.parametrize(("changes", "rule"), [({"path_prefix": "auth/"}, "slash"), ({"requests": 0}, "1 to")])
def test_what_no_plan_takes_is_refused(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        RateLimitSection(**changes)
