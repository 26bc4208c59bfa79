"""`ignition psql`: the api's own login, not the administrator's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import click

from ignition.platform.running import running
from ignition.state import state_option
from local_cloud.engine.postgres_binaries import find_postgres

_OPTIONS: Mapping[str, str] = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "options": "PGOPTIONS"}


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--app", default="api", show_default=True, help="Whose login to use.")
@state_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARG ...]")
def command(app: str, state: Path, arguments: tuple[str, ...]) -> None:
    """
    Open psql as the app, over verified TLS.

    Whatever follows `--` goes to psql: `ignition psql -- -c "select 1"`.
    """
    url = str(running(state).get(f"/api/psql-url?app={app}")["url"])
    psql = find_postgres() / "psql"
    with tempfile.TemporaryDirectory(prefix="ignition-psql-") as directory:
        environment = {**os.environ, **connection(url, Path(directory))}
        sys.exit(_run([str(psql), *arguments], environment))


def connection(url: str, directory: Path) -> dict[str, str]:
    """
    The variables with which libpq connects; the password goes into a file that only this user reads, never into an argument.

    Args:
        url: a DATABASE_URL.
        directory: a private directory for that file.
    """
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    host, port, database = parts.hostname or "localhost", str(parts.port or 5432), unquote(parts.path.lstrip("/"))
    file = directory / "pgpass"
    file.touch(mode=0o600)
    file.write_text(":".join(map(_escaped, (host, port, "*", user, password))) + "\n")
    given = {_OPTIONS[name]: value for name, value in parse_qsl(parts.query) if name in _OPTIONS}
    return {
        "PGHOST": host,
        "PGPORT": port,
        "PGUSER": user,
        "PGDATABASE": database,
        "PGPASSFILE": str(file),
        **given,
    }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(":", "\\:")


def _run(argv: list[str], environment: Mapping[str, str]) -> int:
    """Waits for psql to end; an interrupt is psql's to handle."""
    with subprocess.Popen(argv, env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
