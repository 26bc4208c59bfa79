"""`ignition down`."""

from __future__ import annotations

from pathlib import Path

import click

from ignition.state import state_option
from local_cloud.daemon.removal import stop


@click.command()
@state_option
def command(state: Path) -> None:
    """Stop the local cloud; databases, buckets, secrets and the stack's state stay for the next `up`."""
    stopped = stop(state.absolute())
    click.echo("Stopped. `ignition up` continues where this was." if stopped else f"Nothing runs in {state}.")
