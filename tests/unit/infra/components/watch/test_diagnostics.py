from __future__ import annotations

from infra.components.watch.diagnostics import Diagnostics, Source
from tests.support.declared import Declared, declare
from tests.unit.infra.components import examples


def setting(source: Source) -> Declared:
    return declare(lambda: Diagnostics("diagnostics", examples.diagnostics(sources={"one": source}))).one(
        "diagnostics-one"
    )


def test_logs_and_metrics_go_to_the_workspace() -> None:
    made = setting(Source(resource_id=examples.GROUP)).inputs
    assert made["workspaceId"].endswith("/log-ignition-test")
    assert made["resourceUri"] == examples.GROUP
    assert made["logs"] == [{"categoryGroup": "allLogs", "enabled": True}]
    assert made["metrics"] == [{"category": "AllMetrics", "enabled": True}]


def test_what_a_resource_does_not_have_is_not_asked_for() -> None:
    assert not setting(Source(resource_id=examples.GROUP, metrics=False)).inputs.get("metrics")
    assert not setting(Source(resource_id=examples.GROUP, logs=None)).inputs.get("logs")
