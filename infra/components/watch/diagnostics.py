"""
What of each resource's logs and metrics goes to the workspace.

Sent by the resources themselves, so that no key of the workspace is held anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, ResourceOptions


@dataclass(frozen=True, kw_only=True)
class Source:
    """
    A resource that has something to say.

    Attributes:
        resource_id: Its ARM id.
        logs: Which of its logs, `allLogs` or `audit`; None where it has none.
        metrics: Whether it has metrics.
    """

    resource_id: Input[str]
    logs: str | None = "allLogs"
    metrics: bool = True


@dataclass(frozen=True, kw_only=True)
class DiagnosticsArgs:
    """
    What goes where.

    Attributes:
        workspace_id: Where it goes.
        sources: Where it comes from, by what each is called here.
    """

    workspace_id: Input[str]
    sources: Mapping[str, Source]


class Diagnostics(ComponentResource):
    """A diagnostic setting for each source."""

    def __init__(self, name: str, args: DiagnosticsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Diagnostics", name, None, opts)
        for called, source in sorted(args.sources.items()):
            azure.monitor.DiagnosticSetting(
                f"{name}-{called}",
                name="to-workspace",
                resource_uri=source.resource_id,
                workspace_id=args.workspace_id,
                logs=(
                    [azure.monitor.DiagnosticsLogSettingsArgs(category_group=source.logs, enabled=True)]
                    if source.logs
                    else []
                ),
                metrics=(
                    [azure.monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)]
                    if source.metrics
                    else []
                ),
                opts=ResourceOptions(parent=self),
            )
        self.register_outputs({})
