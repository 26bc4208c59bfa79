"""The settings of a state directory: what the project's local stack says, and what this machine adds to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infra.names import DEFAULT_LOCATION, Names
from local_cloud.daemon.control.client import Client
from local_cloud.daemon.state.fixed_ports import fixed_ports, recorded_ports, refuse_unknown_parts
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import checkpoint_file
from local_cloud.plan.throwaway import StackError, project_name, stack_config
from local_cloud.server.values.shapes import is_object

STACK: Final = "local"
_BACKUPS: Final = "local:database_backups_mb"
_LEAST_BACKUPS_MB: Final = 64
"""A base backup of an empty server is 4 MiB compressed, and its log should hold some hours."""


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
    return Settings(
        stack=f"{name}/{STACK}",
        project=str(project),
        zone=zone,
        apps=apps,
        ports=fixed_ports(state),
        backups_mb=_backups_mb(config),
    )


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
    server = _restored_server(config) or _names(settings.stack.partition("/")[0], config).database_server
    parts = client.get(f"/api/addresses?server={server}")
    refuse_unknown_parts(client.state, settings.ports, parts["parts"])
    overrides = {
        "ignition:database": {"port": parts["postgres_port"], "root_certificate": parts["ca_file"]},
        "ignition:object_storage": {"endpoint": parts["s3_endpoint"]},
        "ignition:edge": {"access_team_url": parts["access_team_url"]},
    }
    return dataclasses.replace(settings, overrides=overrides)


def _restored_server(config: Mapping[str, Any]) -> str | None:
    """The restored server's name where there is one; what is wrong with it the program says."""
    value: Any = config
    for key in ("ignition:database", "restored", "server"):
        value = value.get(key) if is_object(value) else None
    return value if isinstance(value, str) else None


def _backups_mb(config: Mapping[str, Any]) -> int:
    value: Any = config.get(_BACKUPS, 0)
    if isinstance(value, str) and value.isdecimal():  # as `pulumi config set` writes it
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not (value == 0 or value >= _LEAST_BACKUPS_MB):
        raise StackError(
            f"Pulumi.{STACK}.yaml: {_BACKUPS} is {value!r}; write the size in MiB that the backups of a database server may grow to, "
            f"{_LEAST_BACKUPS_MB} or more, or 0 for none"
        )
    return value


def _names(project: str, config: Mapping[str, Any]) -> Names:
    subscription = config["ignition:azure"]["subscription_id"]
    return Names(
        project=project,
        environment=config["ignition:environment"],
        subscription_id=subscription,
        location=config.get("ignition:location", DEFAULT_LOCATION),
    )
