from __future__ import annotations

import pytest

from infra.config.rules.coverage import is_in_zone, uncovered_host_problem


@pytest.mark.parametrize("host", ["ecent.online", "api.ecent.online", "admin-ignition.ecent.online"])
def test_the_apex_and_one_level_below_it_are_covered(host: str) -> None:
    assert uncovered_host_problem(host, "ecent.online", advanced=False) is None


def test_a_host_two_levels_deep_is_a_problem_with_three_ways_out() -> None:
    problem = uncovered_host_problem("admin.ignition.ecent.online", "ecent.online", advanced=False)
    assert problem is not None
    assert "admin-ignition.ecent.online" in problem
    assert "Advanced Certificate Manager" in problem
    assert "tls: managed" in problem


def test_an_advanced_certificate_covers_it() -> None:
    assert uncovered_host_problem("admin.ignition.ecent.online", "ecent.online", advanced=True) is None


@pytest.mark.parametrize(
    ("host", "inside"), [("ecent.online", True), ("a.b.ecent.online", True), ("notecent.online", False)]
)
def test_a_host_is_in_a_zone_when_it_ends_with_the_whole_name(host: str, inside: bool) -> None:
    assert is_in_zone(host, "ecent.online") is inside
