"""`ignition status`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from ignition.state import state_option
from local_cloud.daemon.control.client import connect
from local_cloud.daemon.state.settings import Settings

_CA: str = "ca/ca.pem"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@state_option
def command(*, as_json: bool, state: Path) -> None:
    """
    Say what runs, where it is reached, and how the apps are.

    Exit code 0 when the local cloud runs, 1 when it does not.
    """
    directory = state.absolute()
    client = connect(directory)
    if as_json:
        click.echo(json.dumps(client.get("/api/status") if client else _stopped(directory), indent=2))
    elif client:
        from ignition.platform.summary import print_summary  # noqa: PLC0415  rich costs programs a tenth of a second

        print_summary(client)
    else:
        click.echo(f"No local cloud runs in {directory}; `ignition up` starts it.")
    sys.exit(0 if client else 1)


def _stopped(directory: Path) -> dict[str, Any]:
    try:
        stack = Settings.load(directory).stack.rpartition("/")[2]
    except (OSError, ValueError, TypeError):
        stack = None
    ca_file = directory / _CA
    return {
        "stack": stack,
        "state": "stopped",
        "state_dir": str(directory),
        "endpoints": {},
        "ca_file": str(ca_file) if ca_file.exists() else None,
        "apps": [],
    }
