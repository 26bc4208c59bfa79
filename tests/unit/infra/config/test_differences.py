"""The table of how the stacks differ: every difference says where it is exercised, and the guide has the table as it is now."""

from __future__ import annotations

from infra.config.differences import DECLARED, GUIDE, declared, differences, table, with_table
from tests.unit.infra.config.samples import ROOT


def test_every_difference_says_where_it_is_exercised_before_production() -> None:
    missing = [each.key for each in differences(ROOT) if each.key not in declared(ROOT)]
    assert missing == [], f"add a line to {DECLARED} for each"


def test_nothing_is_declared_that_is_no_difference() -> None:
    found = {each.key for each in differences(ROOT)}
    assert [key for key in declared(ROOT) if key not in found] == []


def test_the_guide_has_the_table_of_today() -> None:
    page = (ROOT / GUIDE).read_text()
    assert with_table(page, table(ROOT)) == page, "run `python -m infra.config.differences`"


def test_what_differs_is_found_with_each_stacks_value() -> None:
    (found,) = [each for each in differences(ROOT) if each.key == "database.high_availability"]
    assert found.values == ["Disabled", "Disabled", "ZoneRedundant"]
    assert "database.pgbouncer" not in {each.key for each in differences(ROOT)}
