"""
Alerts: the database, the api, and the vault.

Thresholds come in; whom it tells is the action group's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.config.sections.azure import MonitoringSection

_SINGLE_RESOURCE: Final = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
_DAYS_BEFORE_THE_END: Final = 45
_LEAST_REQUESTS: Final = 20
"""Below so many requests in a quarter of an hour, one failure would be a large part."""


@dataclass(frozen=True, kw_only=True)
class AlertsArgs:
    """
    What is watched, and from where on it is too much.

    Attributes:
        config: The thresholds.
        resource_group_name: Where the alerts live.
        location: The Azure region.
        alert_name: The name of an alert, from what it watches.
        tags: The project's tags.
        action_group_id: The action group that receives alerts.
        workspace_id: Where the api's requests are logged.
        database_id: The PostgreSQL server.
        api_id: The api's container app.
        api_name: The same app's name.
        vault_id: The vault.
        database_connections: More open connections than this.
        client_secret_end: The day on which the client secret at Microsoft ends, `2028-11-30`; None where no end is set.
        api_always_runs: Whether the api keeps a replica when nobody asks, so that none is a fault.
    """

    config: MonitoringSection
    resource_group_name: Input[str]
    location: str
    alert_name: Callable[[str], str]
    tags: Mapping[str, str]
    action_group_id: Input[str]
    workspace_id: Input[str]
    database_id: Input[str]
    api_id: Input[str]
    api_name: str
    vault_id: Input[str]
    database_connections: int
    client_secret_end: str | None = None
    api_always_runs: bool


@dataclass(frozen=True, kw_only=True)
class _Metric:
    """
    One alert on a metric.

    Names: https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index.
    """

    of: Input[str]
    metric: str
    aggregation: str
    threshold: float
    says: str
    severity: int = 2
    operator: str = "GreaterThan"
    dimension: tuple[str, str] | None = None
    window: str = "PT15M"


@dataclass(frozen=True, kw_only=True)
class _Query:
    """One alert on what a query over the workspace finds: the number in a column."""

    text: str
    says: str
    column: str
    operator: str
    threshold: float
    severity: int
    every: str = "PT5M"
    window: str = "PT15M"


class Alerts(ComponentResource):
    """Alerts on metrics, and on what queries over the workspace find."""

    def __init__(self, name: str, args: AlertsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Alerts", name, None, opts)
        for called, watched in _metrics(args).items():
            self._on_metric(name, args, called, watched)
        self._on_query(
            name,
            args,
            "api-errors",
            _Query(
                text=error_query(args.api_name),
                says=f"More than {args.config.api_error_percent} percent of the api's answers are 5xx.",
                column="ErrorPercent",
                operator="GreaterThan",
                threshold=args.config.api_error_percent,
                severity=1,
            ),
        )
        if args.client_secret_end is not None:
            self._on_query(
                name,
                args,
                "client-secret-ends",
                _Query(
                    text=days_left_query(args.client_secret_end),
                    says=f"The client secret at Microsoft ends on {args.client_secret_end}: rotate it, or sign-in stops.",
                    column="DaysLeft",
                    operator="LessThan",
                    threshold=_DAYS_BEFORE_THE_END,
                    severity=1,
                    every="P1D",
                    window="P1D",
                ),
            )
        self.register_outputs({})

    def _on_metric(self, name: str, args: AlertsArgs, called: str, watched: _Metric) -> None:
        dimensions = (
            [
                azure.monitor.MetricDimensionArgs(
                    name=watched.dimension[0], operator="Include", values=[watched.dimension[1]]
                )
            ]
            if watched.dimension
            else []
        )
        azure.monitor.MetricAlert(
            f"{name}-{called}",
            resource_group_name=args.resource_group_name,
            rule_name=args.alert_name(called),
            location="global",
            description=watched.says,
            enabled=True,
            severity=watched.severity,
            scopes=[watched.of],
            evaluation_frequency="PT5M",
            window_size=watched.window,
            auto_mitigate=True,
            criteria=azure.monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
                odata_type=_SINGLE_RESOURCE,
                all_of=[
                    azure.monitor.MetricCriteriaArgs(
                        criterion_type="StaticThresholdCriterion",
                        name=called,
                        metric_name=watched.metric,
                        operator=watched.operator,
                        threshold=watched.threshold,
                        time_aggregation=watched.aggregation,
                        dimensions=dimensions,
                    )
                ],
            ),
            actions=[azure.monitor.MetricAlertActionArgs(action_group_id=args.action_group_id)],
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )

    def _on_query(self, name: str, args: AlertsArgs, called: str, watched: _Query) -> None:
        # A part of all requests cannot be told from metrics, which know counts only.
        azure.monitor.ScheduledQueryRule(
            f"{name}-{called}",
            resource_group_name=args.resource_group_name,
            rule_name=args.alert_name(called),
            location=args.location,
            description=watched.says,
            enabled=True,
            severity=watched.severity,
            scopes=[args.workspace_id],
            evaluation_frequency=watched.every,
            window_size=watched.window,
            auto_mitigate=True,
            # The table is there only once the first record was logged.
            skip_query_validation=True,
            criteria=azure.monitor.ScheduledQueryRuleCriteriaArgs(
                all_of=[
                    azure.monitor.ConditionArgs(
                        query=watched.text,
                        time_aggregation="Maximum",
                        metric_measure_column=watched.column,
                        operator=watched.operator,
                        threshold=watched.threshold,
                        failing_periods=azure.monitor.ConditionFailingPeriodsArgs(
                            number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                        ),
                    )
                ]
            ),
            actions=azure.monitor.ActionsArgs(action_groups=[Output.from_input(args.action_group_id)]),
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )


def days_left_query(end: str) -> str:
    """
    The days until a date, as one record of whatever the workspace holds: `Usage` has records in every workspace.

    The vault's own near-expiry event needs a service that nothing else here uses.
    """
    return f"Usage | summarize Records = count() | project DaysLeft = datetime_diff('day', datetime({end}), now())"


def error_query(api_name: str) -> str:
    """
    The part of an app's answers that are 5xx, in percent.

    Source: https://learn.microsoft.com/azure/azure-monitor/reference/tables/containerapphttplogs.
    """
    return (
        f'ContainerAppHTTPLogs | where ContainerAppName == "{api_name}" '
        "| summarize Requests = count(), Errors = countif(toint(StatusCode) >= 500) "
        f"| where Requests >= {_LEAST_REQUESTS} | project ErrorPercent = 100.0 * Errors / Requests"
    )


def _metrics(args: AlertsArgs) -> Mapping[str, _Metric]:
    watched = {
        "database-cpu": _Metric(
            of=args.database_id,
            metric="cpu_percent",
            aggregation="Average",
            threshold=args.config.database_cpu_percent,
            says="The database's processors are busy.",
        ),
        "database-storage": _Metric(
            of=args.database_id,
            metric="storage_percent",
            aggregation="Maximum",
            threshold=args.config.database_storage_percent,
            severity=1,
            says="The database's disk is filling; when it is full the server takes no more writes.",
        ),
        "database-connections": _Metric(
            of=args.database_id,
            metric="active_connections",
            aggregation="Maximum",
            threshold=args.database_connections,
            says="The database is running out of connections.",
        ),
        "database-failed-connections": _Metric(
            of=args.database_id,
            metric="connections_failed",
            aggregation="Total",
            threshold=args.config.database_failed_connections,
            says="Sign-ins to the database fail: a wrong password after a rotation, or somebody who tries.",
        ),
        "api-restarts": _Metric(
            of=args.api_id,
            metric="RestartCount",
            aggregation="Maximum",
            threshold=args.config.api_restarts,
            severity=1,
            says="Replicas of the api restart again and again.",
        ),
        "vault-denied": _Metric(
            of=args.vault_id,
            metric="ServiceApiResult",
            aggregation="Count",
            threshold=5,
            dimension=("StatusCode", "403"),
            says="The vault refuses somebody: a role is missing, or somebody tries what is not theirs.",
        ),
        "vault-throttled": _Metric(
            of=args.vault_id,
            metric="ServiceApiResult",
            aggregation="Count",
            threshold=0,
            dimension=("StatusCode", "429"),
            says="The vault is asked more often than it answers.",
        ),
    }
    if args.api_always_runs:
        watched["api-no-replica"] = _Metric(
            of=args.api_id,
            metric="Replicas",
            aggregation="Maximum",
            operator="LessThan",
            threshold=1,
            severity=0,
            window="PT5M",
            says="No replica of the api is running.",
        )
    return watched
