"""`ignition reset`."""

from __future__ import annotations

from pathlib import Path

import click

from ignition.state import state_option
from local_cloud.daemon.removal import is_state_directory, remove


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
def command(*, yes: bool, state: Path) -> None:
    """Stop the local cloud and delete its state directory: databases, buckets, secrets, certificates, everything."""
    directory = state.absolute()
    if not directory.exists():
        click.echo(f"There is nothing in {directory}.")
        return
    if not is_state_directory(directory):
        raise click.ClickException(f"{directory} is not the state directory of a local cloud; nothing was deleted")
    if not yes:
        click.confirm(f"Delete {directory} with every database, bucket and secret in it?", abort=True)
    remove(directory)
    click.echo("Deleted. `ignition up` starts from nothing.")
