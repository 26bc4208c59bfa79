from __future__ import annotations

import pytest

from infra.components.edge.plan_limits import RateLimit, rate_limit_problems


def test_ten_a_minute_fits_the_pro_plan() -> None:
    assert rate_limit_problems(RateLimit(), "pro") == []


def test_the_free_plan_says_how_to_write_the_same_rate() -> None:
    period, timeout = rate_limit_problems(RateLimit(), "free")
    assert period == (
        "requests are counted over 60 s, but the free plan counts over 10 s: write a period of 10 with 2 requests"
    )
    assert timeout == "an address is kept out for 600 s, but the free plan knows 10 s: write 10"


def test_a_rate_that_the_free_plan_can_express_has_no_problems() -> None:
    assert rate_limit_problems(RateLimit(requests=2, period_s=10, timeout_s=10), "free") == []


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        (RateLimit(path_prefix="auth/"), "must begin with a slash"),
        (RateLimit(requests=0), "write 1 or more"),
        (RateLimit(period_s=7), "counts over 10, 15"),
    ],
)
def test_what_no_plan_takes_is_a_problem(limit: RateLimit, problem: str) -> None:
    (found,) = rate_limit_problems(limit, "pro")
    assert problem in found
