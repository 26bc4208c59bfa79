"""Azure Monitor: which logs of a resource go where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_WORKSPACE, arm_id, example_id
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Choice, Combination, Pattern, Related, Valid, items_at
from local_cloud.services.monitoring.rules.watched_in_plan import SETTINGS_IN_PLAN

_SETTINGS: Final = "https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings"
_DESTINATIONS: Final = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")


def _names_one_thing(log: Mapping[str, Any], _inputs: Inputs) -> bool:
    return bool(log.get("category")) != bool(log.get("categoryGroup"))


def _keeps_to_one_kind(inputs: Inputs) -> bool:
    return not (items_at(inputs, "logs[].category") and items_at(inputs, "logs[].categoryGroup"))


def _categories_differ(inputs: Inputs) -> bool:
    names = [*items_at(inputs, "logs[].category"), *items_at(inputs, "logs[].categoryGroup")]
    return len(names) == len(set(names))


def _no_retention(kind: str) -> Valid:
    return Valid(
        path=f"{kind}[].retentionPolicy.days",
        test=lambda days: days == 0,
        says="retention in diagnostic settings has ended; the workspace or a lifecycle rule keeps logs, and here stands 0",
        source="https://learn.microsoft.com/azure/azure-monitor/platform/migrate-to-azure-storage-lifecycle-policy",
        passes=0,
        fails=30,
    )


class DiagnosticSetting(AzureType):
    """A diagnostic setting of one resource."""

    token = "azure-native:monitor:DiagnosticSetting"
    path = "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}"
    unseen: ClassVar = {
        "logs[].category": "the resource has another list of categories, by its tier or since the rule was written",
        "workspaceId": "a setting that a policy or person made sends the same logs there",
    }
    rules = (
        Pattern(
            path="name",
            regex=r"[^*<>%:&\\?+/]{1,260}",
            says="a setting's name has 1 to 260 characters, none of them * < > % : & \\ ? + /",
            source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftinsights",
            passes="to-workspace",
            fails="to/workspace",
        ),
        Pattern(
            path="resourceUri",
            regex=r"/?subscriptions/[^/]+(/.+)?",
            says="it takes the whole ARM id of the resource whose logs are meant",
            source=_SETTINGS,
            passes=example_id("Microsoft.KeyVault/vaults/kv-ignition-dev"),
            fails="kv-ignition-dev",
        ),
        Combination(
            path="workspaceId",
            test=lambda inputs: any(inputs.get(each) for each in _DESTINATIONS),
            says="a setting needs a destination: workspaceId, storageAccountId or eventHubAuthorizationRuleId",
            source=f"{_SETTINGS}#destinations",
            passes={
                "workspaceId": None,
                "storageAccountId": example_id("Microsoft.Storage/storageAccounts/stignitiondev"),
            },
            fails={"workspaceId": None},
        ),
        Combination(
            path="logs",
            test=lambda inputs: any(
                each is True for kind in ("logs", "metrics") for each in items_at(inputs, f"{kind}[].enabled")
            ),
            says="at least one log or metric must be enabled",
            source=_SETTINGS,
            passes={"logs": None, "metrics": [{"category": "AllMetrics", "enabled": True}]},
            fails={"logs": [{"categoryGroup": "audit", "enabled": False}]},
        ),
        Related(
            path="logs[]",
            test=_names_one_thing,
            says="a log is named by its category or by a categoryGroup",
            source=f"{_SETTINGS}#category-groups",
            passes={"logs": [{"category": "AuditEvent", "enabled": True}]},
            fails={"logs": [{"category": "AuditEvent", "categoryGroup": "audit", "enabled": True}]},
        ),
        Combination(
            path="logs",
            test=_keeps_to_one_kind,
            says="a setting names categories or category groups, not both",
            source=f"{_SETTINGS}#category-groups",
            passes={"logs": [{"category": "AuditEvent", "enabled": True}]},
            fails={"logs": [{"category": "AuditEvent", "enabled": True}, {"categoryGroup": "audit", "enabled": True}]},
        ),
        Combination(
            path="logs",
            test=_categories_differ,
            says="a category comes once",
            source=_SETTINGS,
            passes={"logs": [{"category": "AuditEvent", "enabled": True}]},
            fails={"logs": [{"category": "AuditEvent", "enabled": True}, {"category": "AuditEvent", "enabled": False}]},
        ),
        *(_no_retention(kind) for kind in ("logs", "metrics")),
        Choice(
            path="logAnalyticsDestinationType",
            among=("Dedicated", "AzureDiagnostics"),
            says="tables are Dedicated or AzureDiagnostics",
            source=f"{_SETTINGS}#destinations",
            passes="Dedicated",
            fails="dedicated tables",
        ),
        arm_id("workspaceId", "Microsoft.OperationalInsights/workspaces", source=_SETTINGS, noun="a workspace"),
    )
    plan_rules = SETTINGS_IN_PLAN
    example: ClassVar = {
        "resourceUri": example_id("Microsoft.KeyVault/vaults/kv-ignition-dev"),
        "name": "to-workspace",
        "workspaceId": EXAMPLE_WORKSPACE,
        "logs": [{"categoryGroup": "audit", "enabled": True, "retentionPolicy": {"enabled": False, "days": 0}}],
        "metrics": [{"category": "AllMetrics", "enabled": False, "retentionPolicy": {"enabled": False, "days": 0}}],
    }
