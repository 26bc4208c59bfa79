"""`ignition open`."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Final

import click

from ignition.platform.running import running
from ignition.state import state_option
from local_cloud.daemon.client import Client

_WHAT: Final = ("api", "admin", "console")


@click.command("open")
@click.argument("what", type=click.Choice(_WHAT), default="console")
@click.option("--print", "only_print", is_flag=True, help="Print the address instead of opening it.")
@state_option
def command(what: str, *, only_print: bool, state: Path) -> None:
    """Open the api, the admin console or the local cloud's own console in the browser."""
    address = _address(running(state), what)
    if only_print:
        click.echo(address)
    elif not webbrowser.open(address):
        raise click.ClickException(f"there is no browser here; open it where there is one:\n{address}")


def _address(client: Client, what: str) -> str:
    endpoint = client.get("/api/status")["endpoints"].get(what)
    if not endpoint:
        raise click.ClickException(f"{what} is not there yet; `ignition up` makes it, `ignition status` shows what is")
    if what != "console":
        return str(endpoint.get("browser_url") or endpoint["url"])
    token = (client.state / "control-token").read_text()
    return f"{endpoint['url']}?token={token}"
