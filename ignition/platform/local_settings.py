"""The settings of a state directory: what the project's local stack says, and what this machine adds to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infra.config.stack import DEFAULT_LOCATION
from infra.names import Names
from local_cloud.daemon.client import Client
from local_cloud.daemon.fixed_ports import fixed_ports, recorded_ports, refuse_unknown_parts
from local_cloud.daemon.settings import Settings
from local_cloud.daemon.stack import checkpoint_file
from local_cloud.plan.throwaway import StackError, project_name, stack_config

STACK: Final = "local"


def of_project(project: Path, state: Path) -> Settings:
    """
    The settings of the state directory, made from the project's local stack.

    Raises:
        StackError: the project, its stack file or the file of fixed ports cannot be used.
    """
    name = project_name(project)
    config = stack_config(project, STACK)["config"]
    try:
        zone = config["ignition:zone"]["name"]
    except (KeyError, TypeError):
        raise StackError(f"Pulumi.{STACK}.yaml names no zone; write `ignition:zone: {{name: ecent.online}}`") from None
    names = _names(name, config)
    services: Mapping[str, Any] = config.get("ignition:services") or {}
    apps = {app: names.app(app) for app in services}
    return Settings(stack=f"{name}/{STACK}", project=str(project), zone=zone, apps=apps, ports=fixed_ports(state))


def refuse_what_cannot_change(settings: Settings, state: Path) -> None:
    """
    Refuses settings that the local cloud in a state directory cannot take, before anything of it is stopped.

    Raises:
        StackError: the zone is another one, or a port is fixed for an unknown part.
    """
    try:
        before = Settings.load(state)
    except (OSError, ValueError, TypeError):
        return  # a new state directory, or a damaged file that is written anew
    if before.zone != settings.zone and checkpoint_file(state, before).exists():
        raise StackError(
            f"Pulumi.{STACK}.yaml: `ignition:zone` is {settings.zone}, and the local cloud in {state} serves {before.zone}. "
            f"Change it back, start another local cloud with `--state-dir DIRECTORY`, or delete this one with `ignition reset`"
        )
    parts = {*before.ports, *recorded_ports(state)}
    if parts:
        refuse_unknown_parts(state, settings.ports, sorted(parts))


def on_this_machine(settings: Settings, client: Client) -> Settings:
    """
    The settings with the addresses of this machine's parts for the program's configuration.

    Raises:
        StackError: a port is fixed for a part that there is not.
    """
    config = stack_config(Path(settings.project), STACK)["config"]
    server = _names(settings.stack.partition("/")[0], config).database_server
    parts = client.get(f"/api/addresses?server={server}")
    refuse_unknown_parts(client.state, settings.ports, parts["parts"])
    overrides = {
        "ignition:database": {"port": parts["postgres_port"], "root_certificate": parts["ca_file"]},
        "ignition:object_storage": {"endpoint": parts["s3_endpoint"]},
    }
    return dataclasses.replace(settings, overrides=overrides)


def _names(project: str, config: Mapping[str, Any]) -> Names:
    subscription = config["ignition:azure"]["subscription_id"]
    return Names(
        project=project,
        environment=config["ignition:environment"],
        subscription_id=subscription,
        location=config.get("ignition:location", DEFAULT_LOCATION),
    )
