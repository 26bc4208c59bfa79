from __future__ import annotations

import pytest

from infra.components.watch.monitoring import Monitoring
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def monitoring(**changes: object) -> Program[Monitoring]:
    return declare(lambda: Monitoring("monitoring", examples.monitoring(**changes)))


def test_a_fault_cannot_fill_the_workspace_without_end() -> None:
    assert monitoring(daily_cap_gb=2).one("monitoring-workspace").inputs["workspaceCapping"] == {"dailyQuotaGb": 2}


def test_everybody_who_is_named_is_told() -> None:
    program = monitoring(emails=["a@ecent.online", "b@ecent.online"])
    receivers = program.one("monitoring-operators").inputs["emailReceivers"]
    assert [each["emailAddress"] for each in receivers] == ["a@ecent.online", "b@ecent.online"]


def test_the_budget_tells_at_each_threshold() -> None:
    made = monitoring(budget_thresholds=[80, 100], budget_per_month=60).one("monitoring-budget").inputs
    assert (made["amount"], made["timeGrain"]) == (60, "Monthly")
    assert {name: each["threshold"] for name, each in made["notifications"].items()} == {
        "at-80-percent": 80,
        "at-100-percent": 100,
    }


def test_the_budget_is_the_resource_groups() -> None:
    made = monitoring().one("monitoring-budget").inputs
    assert made["scope"] == examples.GROUP
    assert made["timePeriod"] == {"startDate": "2026-12-01T00:00:00Z"}


def test_a_budget_that_begins_within_a_month_is_refused() -> None:
    with pytest.raises(ValueError, match="first day of a month"):
        examples.monitoring(budget_start="2026-12-15")
