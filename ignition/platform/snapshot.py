"""`ignition snapshot`: the whole local platform kept under a name, and brought back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from pathlib import Path

import click

from ignition.platform.running import settings_of
from ignition.platform.waiting import wait_for_apps
from ignition.previews.planning import say
from ignition.state import state_option
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.control.client import Client, connect
from local_cloud.daemon.removal import stop
from local_cloud.daemon.single_instance import try_lock
from local_cloud.daemon.state.snapshots import Snapshots
from local_cloud.runtime.errors import BackendError


@click.group("snapshot")
def command() -> None:
    """
    Keep the whole local platform under a name, and bring it back: databases, buckets, vault, the stack's state, settings.

    The platform stops for the copy, and runs again afterwards where it ran. A snapshot is whole or not there, and is brought back whole
    or not at all, also when the command is killed: the next `ignition up` or `ignition snapshot` goes on where it was.
    """


@command.command(epilog="Example: ignition snapshot save before-migration")
@click.argument("name")
@state_option
def save(name: str, state: Path) -> None:
    """Keep everything as it is now under NAME."""
    settings_of(state)
    snapshots = Snapshots(state)
    snapshots.require_new(name)
    with _stopped(state):
        snapshots.save(name)
    click.echo(f"{name} is kept. `ignition snapshot load {name}` brings it back.")


@command.command(epilog="Example: ignition snapshot load before-migration --yes")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
def load(name: str, *, yes: bool, state: Path) -> None:
    """Bring everything back to how it was when NAME was saved; what was done since is lost."""
    settings_of(state)
    snapshots = Snapshots(state)
    snapshots.require(name)
    if not yes:
        click.confirm(f"Replace every database, bucket and secret in {state} by those of {name}?", abort=True)
    with _stopped(state):
        snapshots.load(name)
    click.echo(f"Everything is as it was when {name} was saved.")


@command.command("list", epilog="Example: ignition snapshot list --json")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@state_option
def list_(*, as_json: bool, state: Path) -> None:
    """List the snapshots, the oldest first."""
    found = Snapshots(state).all()
    if as_json:
        said = [{"name": each.name, "made": each.made.isoformat(), "mib": round(each.mib, 1)} for each in found]
        click.echo(json.dumps(said, indent=2))
        return
    for each in found:
        click.echo(f"{each.name:30} {each.made.astimezone():%Y-%m-%d %H:%M} {each.mib:8.1f} MiB")
    if not found:
        click.echo(f"There are no snapshots in {state}.", err=True)


@command.command(epilog="Example: ignition snapshot delete before-migration")
@click.argument("name")
@state_option
def delete(name: str, state: Path) -> None:
    """Delete the snapshot NAME; the running platform stays as it is."""
    Snapshots(state).delete(name)
    click.echo(f"{name} is deleted.")


@contextlib.contextmanager
def _stopped(state: Path) -> Generator[None]:
    """While nothing runs; what ran before runs again afterwards, whatever happens."""
    with (state / "up.lock").open("w") as file:
        if not try_lock(file):
            raise BackendError(f"an `ignition up` or `ignition snapshot` works in {state} already; wait for its end")
        ran = connect(state.absolute()) is not None
        if ran:
            say("Stopping the local cloud for the copy")
        stop(state.absolute())
        try:
            yield
        finally:
            if ran:
                wait_for_apps(Client(state.absolute(), local_daemon(state.absolute()).ensure(say)))
