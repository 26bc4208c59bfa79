"""`ignition job NAME`."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote

import click

from ignition.platform.running import running
from ignition.state import state_option


@click.command()
@click.argument("name")
@state_option
def command(name: str, state: Path) -> None:
    """
    Start a job of the stack, wait for its end, and print what it wrote.

    NAME is the job's name in Azure. It ends with the exit code of the container that failed. `ignition logs NAME` prints the last
    execution again.
    """
    if not name.strip():
        raise click.UsageError(
            "NAME is empty: give a job's name, as `ignition status` or the console's page of jobs shows it"
        )
    client = running(state)
    where = f"/api/jobs/{quote(name, safe='')}/executions"
    execution = client.post(where)
    while execution["state"] == "Running":
        execution = client.get(f"{where}/{execution['name']}")
    for line in client.lines(f"/api/logs/{quote(name, safe='')}?lines=10000"):
        click.echo(line)
    # Its last lines were printed just now.
    why = (execution["reason"] or "").partition("\n")[0]
    click.echo(f"{execution['name']} {execution['state'].lower()}{f': {why}' if why else ''}", err=True)
    if execution["state"] != "Succeeded":
        sys.exit(next((code for code in execution["exit_codes"].values() if code), 1))
