"""`ignition logs APP`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import quote

import click

from ignition.platform.running import running
from ignition.state import state_option


@click.command()
@click.argument("app")
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until interrupted.")
@state_option
def command(app: str, *, follow: bool, state: Path) -> None:
    """
    Print what an app wrote: its current replicas, init containers and ends included; of a job, its last execution.

    Escape sequences and control characters are left out; the log files keep them.
    """
    lines = running(state).lines(f"/api/logs/{quote(app, safe='')}{'?follow=1' if follow else ''}")
    with contextlib.suppress(KeyboardInterrupt):
        for line in lines:
            click.echo(line)
