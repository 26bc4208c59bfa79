from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.components.watch.alerts import Alerts, error_query
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def alerts(**changes: object) -> Program[Alerts]:
    return declare(lambda: Alerts("alerts", examples.alerts(**changes)))


def criterion(program: Program[Alerts], alert: str) -> Mapping[str, Any]:
    (only,) = program.one(f"alerts-{alert}").inputs["criteria"]["allOf"]
    return only


@pytest.mark.parametrize(
    ("alert", "metric", "scope"),
    [
        ("database-cpu", "cpu_percent", "psql"),
        ("database-storage", "storage_percent", "psql"),
        ("database-connections", "active_connections", "psql"),
        ("database-failed-connections", "connections_failed", "psql"),
        ("api-restarts", "RestartCount", "ignition-test-api"),
        ("api-no-replica", "Replicas", "ignition-test-api"),
        ("vault-denied", "ServiceApiResult", "kv"),
        ("vault-throttled", "ServiceApiResult", "kv"),
    ],
)
def test_each_metric_is_watched_where_it_arises(alert: str, metric: str, scope: str) -> None:
    program = alerts()
    assert criterion(program, alert)["metricName"] == metric
    (watched,) = program.one(f"alerts-{alert}").inputs["scopes"]
    assert watched.endswith(f"/{scope}")


@pytest.mark.parametrize(
    ("alert", "changes", "threshold"),
    [
        ("database-cpu", {"database_cpu_percent": 70}, 70),
        ("database-storage", {"database_storage_percent": 71}, 71),
        ("database-connections", {"database_connections": 72}, 72),
        ("database-failed-connections", {"database_failed_connections": 73}, 73),
        ("api-restarts", {"api_restarts": 74}, 74),
        ("api-errors", {"api_error_percent": 75}, 75),
    ],
)
def test_thresholds_are_those_that_are_given(alert: str, changes: dict[str, int], threshold: int) -> None:
    assert criterion(alerts(**changes), alert)["threshold"] == threshold


def test_denials_and_throttling_are_told_apart() -> None:
    program = alerts()
    codes = [criterion(program, alert)["dimensions"][0]["values"] for alert in ("vault-denied", "vault-throttled")]
    assert codes == [["403"], ["429"]]


def test_no_replica_is_no_fault_where_the_api_may_stop() -> None:
    names = [each.name for each in alerts(api_always_runs=False).resources]
    assert "alerts-api-no-replica" not in names


def test_every_alert_tells_the_action_group() -> None:
    program = alerts()
    metrics = {each.inputs["actions"][0]["actionGroupId"] for each in program.of("MetricAlert")}
    (query,) = program.of("ScheduledQueryRule")
    assert metrics == set(query.inputs["actions"]["actionGroups"])


def test_the_query_looks_at_the_api_alone_and_not_at_a_handful_of_requests() -> None:
    text = error_query("ignition-test-api")
    assert 'ContainerAppName == "ignition-test-api"' in text
    assert "Requests >= 20" in text


def test_an_alert_comes_before_the_client_secret_ends() -> None:
    watched = alerts(client_secret_end="2028-11-30").one("alerts-client-secret-ends").inputs
    (condition,) = watched["criteria"]["allOf"]
    assert "datetime(2028-11-30)" in condition["query"]
    assert (condition["operator"], condition["threshold"], condition["metricMeasureColumn"]) == (
        "LessThan",
        45,
        "DaysLeft",
    )
    assert watched["evaluationFrequency"] == "P1D"


def test_without_an_end_nothing_is_watched() -> None:
    assert "alerts-client-secret-ends" not in {each.name for each in alerts().resources}


def test_every_alert_says_what_it_means() -> None:
    assert all(each.inputs["description"].endswith(".") for each in alerts().of("MetricAlert"))
