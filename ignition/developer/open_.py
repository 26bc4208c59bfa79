"""`ignition open`."""

from __future__ import annotations

import html
import webbrowser
from pathlib import Path
from typing import Final

import click

from ignition.platform.running import running
from ignition.state import state_option
from local_cloud.daemon.control.client import Client
from local_cloud.runtime.files.private_files import write_private

_WHAT: Final = ("api", "admin", "console")
_FILE: Final = "open-console.html"


@click.command("open")
@click.argument("what", type=click.Choice(_WHAT), default="console")
@click.option("--print", "only_print", is_flag=True, help="Print the address instead of opening it.")
@state_option
def command(what: str, *, only_print: bool, state: Path) -> None:
    """
    Open the api, the admin console or the local cloud's own console in the browser.

    The console's address signs in one browser, once, within a minute; the browser gets it in a file that only you can read, because
    every account can read the arguments of a program.
    """
    client = running(state)
    address = _address(client, what)
    if only_print:
        click.echo(address)
    elif not webbrowser.open(_as_file(client.state, address) if what == "console" else address):
        raise click.ClickException(f"there is no browser here; open it where there is one:\n{address}")


def _address(client: Client, what: str) -> str:
    if what == "console":
        return str(client.post("/api/sign-in-codes")["url"])
    endpoint = client.get("/api/status")["endpoints"].get(what)
    if not endpoint:
        raise click.ClickException(f"{what} is not there yet; `ignition up` makes it, `ignition status` shows what is")
    return str(endpoint.get("browser_url") or endpoint["url"])


def _as_file(state: Path, address: str) -> str:
    """The address of a page that leads on to an address."""
    file = state.absolute() / _FILE
    to = html.escape(address)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Local cloud</title>'
        '<meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0; url={to}"><p><a href="{to}">To the console</a></p></html>\n'
    )
    write_private(file, page.encode())
    return file.as_uri()
