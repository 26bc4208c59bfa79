"""`ignition up`: start what is needed, run the program, wait until everything answers, and say where it is."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from ignition.engine_run import run
from ignition.planning import say
from ignition.state import state_option
from ignition.summary import print_summary
from infra.names import Names
from local_cloud.background import Address
from local_cloud.daemon.background import local_daemon
from local_cloud.daemon.client import Client
from local_cloud.daemon.settings import Settings
from local_cloud.daemon.stack import ensure_stack, stack_environment
from local_cloud.engine.all_programs import find_all
from local_cloud.plan.throwaway import StackError, project_name, stack_config
from local_cloud.room import is_full, room_for_a_run

STACK = "local"


@click.command()
@click.option(
    "--run",
    "runs",
    multiple=True,
    metavar="APP=COMMAND",
    help="Run your own process in the place of an app's; `APP=` ends it.",
)
@click.option("--cwd", "directories", multiple=True, metavar="APP=DIR", help="Where --run starts it.")
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
@state_option
def command(runs: tuple[str, ...], directories: tuple[str, ...], project: Path, state: Path) -> None:
    """Bring up the whole platform on this machine: no account, no token, no container engine."""
    overrides = _overrides(runs, directories)
    find_all(say)
    with room_for_a_run(state):
        settings = _settings(project.absolute(), state)
        settings.save(state)
        daemon = local_daemon(state)
        address = daemon.ensure(say)
        client = Client(state, address)
        settings = _on_this_machine(settings, client)
        settings.save(state)
        code = _pulumi_up(state, address, settings)
        if code != 0:
            say(
                f"The logs of the parts are in {state}; `ignition status` shows what runs, `ignition logs APP` what an app said."
            )
            sys.exit(code)
        for app, override in overrides.items():
            client.post("/api/overrides", {"app": app, **override})
    print_summary(client)


def _settings(project: Path, state: Path) -> Settings:
    """The settings of the state directory, made from the project's local stack."""
    name = project_name(project)
    config = stack_config(project, STACK)["config"]
    try:
        zone = config["ignition:zone"]["name"]
    except (KeyError, TypeError):
        raise StackError(f"Pulumi.{STACK}.yaml names no zone; write `ignition:zone: {{name: ecent.online}}`") from None
    names = _names(name, config)
    file = state / "ports.yaml"
    ports: dict[str, int] = (yaml.safe_load(file.read_text()) or {}) if file.is_file() else {}
    services: Mapping[str, Any] = config.get("ignition:services") or {}
    apps = {app: names.app(app) for app in services}
    return Settings(stack=f"{name}/{STACK}", project=str(project), zone=zone, apps=apps, ports=ports)


def _names(project: str, config: Mapping[str, Any]) -> Names:
    subscription = config["ignition:azure"]["subscription_id"]
    return Names(project=project, environment=config["ignition:environment"], subscription_id=subscription)


def _on_this_machine(settings: Settings, client: Client) -> Settings:
    """The settings with the addresses of this machine's parts for the program's configuration."""
    config = stack_config(Path(settings.project), STACK)["config"]
    server = _names(settings.stack.partition("/")[0], config).database_server
    parts = client.get(f"/api/addresses?server={server}")
    overrides = {
        "ignition:database": {"port": parts["postgres_port"], "root_certificate": parts["ca_file"]},
        "ignition:object_storage": {"endpoint": parts["s3_endpoint"]},
    }
    return dataclasses.replace(settings, overrides=overrides)


def _overrides(runs: tuple[str, ...], directories: tuple[str, ...]) -> dict[str, dict[str, str | None]]:
    """What a developer runs in the place of apps, by app; an empty command ends it."""
    found: dict[str, dict[str, str | None]] = {}
    for option, key, given in (("--run", "command", runs), ("--cwd", "cwd", directories)):
        for each in given:
            app, separator, value = each.partition("=")
            if not separator:
                raise click.UsageError(
                    f"{option} {each!r}: write {option} APP={'COMMAND' if key == 'command' else 'DIR'}"
                )
            found.setdefault(app, {"command": None, "cwd": None})[key] = value
    missing = [app for app, override in found.items() if override["command"] is None]
    if missing:
        raise click.UsageError(f"--cwd {missing[0]}=...: it needs --run {missing[0]}=COMMAND beside it")
    for override in found.values():
        override["cwd"] = str(Path(override["cwd"]).absolute()) if override["cwd"] else os.getcwd()  # noqa: PTH109
    return found


def _pulumi_up(state: Path, address: Address, settings: Settings) -> int:
    config_file = ensure_stack(state, settings, say)
    environment = stack_environment(state, address, settings)
    argv = ["pulumi", "up", "--yes", "--skip-preview", "--config-file", str(config_file), "--suppress-outputs"]
    argv += [] if sys.stdout.isatty() else ["--non-interactive", "--suppress-progress"]
    return run(argv, environment, Path(settings.project), hopeless=lambda: is_full(state))
