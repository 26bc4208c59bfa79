"""What a running local cloud offers, as a table for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from ignition.developer.trust import renewal
from ignition.invocation import typed
from local_cloud.daemon.control.client import Client

_NO_REVISION: Final[dict[str, Any]] = {"name": "-", "weight": 0, "replicas": 0, "ready": 0, "restarts": 0}


def print_summary(client: Client) -> None:
    """Prints where everything is and how to use it."""
    status: dict[str, Any] = client.get("/api/status")
    endpoints = status["endpoints"]
    console = Console(highlight=False)
    table = Table(title="The Ignition platform on this machine", title_justify="left", show_header=False, box=None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    reached = {app: endpoints[app] for app in ("api", "admin") if endpoints.get(app)}
    for app, endpoint in reached.items():
        table.add_row(app, f"{endpoint['url']}  (at {endpoint['address']})")
    database = endpoints.get("postgres")
    if database:
        table.add_row("postgres", f"{database['host']}:{database['port']}/{database['database']}   `{typed('psql')}`")
    table.add_row("key vault", f"{endpoints['key_vault']['url']}")
    table.add_row("bucket", endpoints["s3"]["url"])
    table.add_row("", f"{endpoints['s3']['plain_url']} without TLS")
    table.add_row("dns", f"dig @{endpoints['dns']['address'].replace(':', ' -p ')} {status['zone']}")
    table.add_row("console", f"{endpoints['console']['url']}   `{typed('open console')}`")
    table.add_row("CA", status["ca_file"])
    table.add_row("", f"`{typed('trust')}` puts it into the system's store")
    console.print(table)
    apps = Table(show_edge=False, box=None)
    for heading in ("app", "revision", "traffic", "replicas", "ready", "restarts", "told to listen on"):
        apps.add_column(heading)
    for app in status["apps"]:
        for revision in app["revisions"] or [_NO_REVISION]:
            counts = (str(revision[key]) for key in ("replicas", "ready", "restarts"))
            apps.add_row(app["name"], revision["name"], f"{revision['weight']} %", *counts, _listen(app["listen"]))
    console.print(apps)
    for app in status["apps"]:
        if app["exposed"]:
            warning = f"\nWarning: {app['exposed']['problem']}.\n  fix: {app['exposed']['fix']}"
            console.print(warning, style="yellow", soft_wrap=True, markup=False)
    if (changed := renewal(Path(status["ca_file"]).parent)) is not None:
        console.print(f"\nNote: {changed}.", style="yellow", soft_wrap=True, markup=False)
    if reached:
        console.print("\nTry it:")
    for endpoint in reached.values():
        # Outside the table, which would fold it: it is there to be pasted.
        line = f"curl --cacert {status['ca_file']} --connect-to ::{endpoint['address']} {endpoint['url']}/health"
        console.print(f"  {line}", soft_wrap=True)


def _listen(told: list[dict[str, Any]]) -> str:
    """Such as `127.0.0.1 (SERVER_HOST; the stack has 0.0.0.0)`."""
    shown: list[str] = []
    for each in told:
        declared = f"; the stack has {each['declared']}" if each["declared"] else ""
        shown.append(f"{each['here']} ({each['variable']}{declared})")
    return ", ".join(shown)
