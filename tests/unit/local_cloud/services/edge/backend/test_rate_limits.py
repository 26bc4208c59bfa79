"""Counting requests."""

from __future__ import annotations

from local_cloud.services.edge.backend import RateLimitRule
from local_cloud.services.edge.backend.rate_limits import RateLimits

RULE = RateLimitRule(id="auth", expression="true", requests=2, period_s=10, timeout_s=60)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def limits(rule: RateLimitRule = RULE) -> tuple[RateLimits, Clock]:
    clock = Clock()
    made = RateLimits(clock)
    made.set_rules({"auth": rule})
    return made, clock


def ask(made: RateLimits, address: str = "203.0.113.1", host: str = "a") -> float:
    return made.wait_s("auth", {"ip.src": address, "http.host": host})


def test_one_request_too_many_is_kept_out_for_the_timeout() -> None:
    made, clock = limits()
    assert [ask(made) for _ in range(3)] == [0, 0, 60]
    clock.now += 59
    assert ask(made) == 1
    clock.now += 1
    assert ask(made) == 0


def test_requests_outside_the_period_do_not_count() -> None:
    made, clock = limits()
    ask(made)
    ask(made)
    clock.now += 10
    assert ask(made) == 0


def test_addresses_are_counted_separately() -> None:
    made, _ = limits()
    assert [ask(made, f"203.0.113.{number}") for number in range(5)] == [0] * 5


def test_hosts_are_counted_together_unless_the_rule_says_otherwise() -> None:
    made, _ = limits()
    assert [ask(made, host=host) for host in "abc"] == [0, 0, 60]
    by_host, _ = limits(
        RateLimitRule(id="auth", expression="true", requests=2, period_s=10, timeout_s=60, by=("http.host",))
    )
    assert [ask(by_host, host=host) for host in "abc"] == [0, 0, 0]


def test_an_unchanged_rule_keeps_its_counters_and_a_changed_one_begins_anew() -> None:
    made, _ = limits()
    ask(made)
    ask(made)
    made.set_rules({"auth": RULE})
    assert ask(made) == 60
    made.set_rules({"auth": RateLimitRule(id="auth", expression="true", requests=3, period_s=10, timeout_s=60)})
    assert ask(made) == 0


def test_an_unknown_rule_lets_everything_through() -> None:
    made, _ = limits()
    assert made.wait_s("gone", {}) == 0
