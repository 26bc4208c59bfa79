"""
Where logs go, whom alerts tell, and what the platform may cost.

What is sent to the workspace is `diagnostics`', and what is watched is `alerts`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.config.sections.azure import MonitoringSection


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """
    What the monitoring is to be.

    Attributes:
        config: Recipients, log retention and budget.
        resource_group_name: Where it lives.
        resource_group_id: What the budget is for.
        location: The Azure region.
        workspace_name: 4 to 63 letters, digits and hyphens.
        action_group_name: The name of the action group.
        action_group_short_name: 1 to 12 characters; text messages begin with it.
        budget_name: The name of the budget.
        tags: The project's tags.
    """

    config: MonitoringSection
    resource_group_name: Input[str]
    resource_group_id: Input[str]
    location: str
    workspace_name: str
    action_group_name: str
    action_group_short_name: str
    budget_name: str
    tags: Mapping[str, str]


class Monitoring(ComponentResource):
    """A workspace with a daily cap, an action group, a monthly budget."""

    workspace_id: Output[str]
    action_group_id: Output[str]

    def __init__(self, name: str, args: MonitoringArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Monitoring", name, None, opts)
        child = ResourceOptions(parent=self)
        workspace = azure.operationalinsights.Workspace(
            f"{name}-workspace",
            resource_group_name=args.resource_group_name,
            workspace_name=args.workspace_name,
            location=args.location,
            sku=azure.operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
            retention_in_days=args.config.retention_days,
            workspace_capping=azure.operationalinsights.WorkspaceCappingArgs(daily_quota_gb=args.config.daily_cap_gb),
            tags=args.tags,
            opts=child,
        )
        action_group = azure.monitor.ActionGroup(
            f"{name}-operators",
            resource_group_name=args.resource_group_name,
            action_group_name=args.action_group_name,
            group_short_name=args.action_group_short_name,
            location="global",
            enabled=True,
            email_receivers=[
                azure.monitor.MicrosoftCommonEmailReceiverArgs(
                    name=each, email_address=each, use_common_alert_schema=True
                )
                for each in args.config.emails
            ],
            tags=args.tags,
            opts=child,
        )
        azure.consumption.Budget(
            f"{name}-budget",
            scope=args.resource_group_id,
            budget_name=args.budget_name,
            category="Cost",
            amount=args.config.budget_per_month,
            time_grain="Monthly",
            time_period=azure.consumption.BudgetTimePeriodArgs(start_date=f"{args.config.budget_start}T00:00:00Z"),
            notifications={
                f"at-{threshold}-percent": azure.consumption.NotificationArgs(
                    enabled=True,
                    operator="GreaterThanOrEqualTo",
                    threshold=threshold,
                    threshold_type="Actual",
                    contact_emails=list(args.config.emails),
                )
                for threshold in args.config.budget_thresholds
            },
            opts=child,
        )
        self.workspace_id = workspace.id
        self.action_group_id = action_group.id
        self.register_outputs({"workspace_id": self.workspace_id, "action_group_id": self.action_group_id})
