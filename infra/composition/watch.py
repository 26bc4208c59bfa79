"""Logs and alerts."""

from __future__ import annotations

from infra.components.watch.alerts import Alerts, AlertsArgs
from infra.components.watch.diagnostics import Diagnostics, DiagnosticsArgs, Source
from infra.composition.apps import Apps
from infra.composition.data import Data
from infra.composition.foundation import Foundation
from infra.composition.stack import Stack
from infra.config import active_secret_end, max_connections


def make_diagnostics(stack: Stack, foundation: Foundation, data: Data, apps: Apps) -> None:
    """Send the logs of everything that has any to the workspace."""
    network = foundation.network
    groups = {
        f"{subnet}-rules": Source(resource_id=network.security_group_ids[subnet], metrics=False)
        for subnet in ("apps", "database", "endpoints")
    }
    Diagnostics(
        "diagnostics",
        DiagnosticsArgs(
            workspace_id=foundation.monitoring.workspace_id,
            sources={
                **groups,
                "apps": Source(resource_id=apps.platform.environment_id),
                "database": Source(resource_id=data.database.server_id),
                "network": Source(resource_id=network.network_id),
                "registry": Source(resource_id=apps.registry.registry_id),
                # Who read which secret; all the logs would add policy evaluations, which nobody reads.
                "vault": Source(resource_id=foundation.vault.vault_id, logs="audit"),
            },
        ),
        stack.options(),
    )


def make_alerts(stack: Stack, foundation: Foundation, data: Data, apps: Apps) -> None:
    """Declare the alerts."""
    config = stack.config.monitoring
    Alerts(
        "alerts",
        AlertsArgs(
            resource_group_name=foundation.group_name,
            location=stack.config.location,
            alert_name=stack.names.alert,
            tags=stack.tags,
            action_group_id=foundation.monitoring.action_group_id,
            workspace_id=foundation.monitoring.workspace_id,
            database_id=data.database.server_id,
            api_id=apps.services["api"].app_id,
            api_name=stack.names.app("api"),
            vault_id=foundation.vault.vault_id,
            config=config,
            database_connections=max_connections(stack.config) * config.database_connections_percent // 100,
            client_secret_end=active_secret_end(stack.config),
            api_always_runs=stack.config.services.api.min_replicas > 0,
        ),
        stack.options(),
    )
