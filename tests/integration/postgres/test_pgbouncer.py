"""
A real PgBouncer in transaction mode before a real server, for clients that prepare statements.

It needs 1.21 or newer, the first that keeps track of prepared statements. Azure's defaults are the ones of its parameter reference.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from infra.components.data.database import PGBOUNCER_PARAMETERS
from local_cloud.runtime.network.ports import free_port
from local_cloud.services.postgres.backend.server import PostgresServer
from tests.integration.postgres.conftest import LOGIN, PASSWORD, State
from tests.support.waiting import until

_AZURE_DEFAULTS = {"ignore_startup_parameters": "", "max_prepared_statements": "0"}
_DECLARED = {
    name.removeprefix("pgbouncer."): value
    for name, value in PGBOUNCER_PARAMETERS.items()
    if name not in {"pgbouncer.enabled", "pgbouncer.pool_mode"}
}


def _program() -> str | None:
    """PgBouncer on PATH, where it is new enough."""
    found = shutil.which("pgbouncer")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"PgBouncer (\d+)\.(\d+)", said)
    return found if version and (int(version[1]), int(version[2])) >= (1, 21) else None


PROGRAM = _program()
needs_pgbouncer = pytest.mark.skipif(PROGRAM is None, reason="no PgBouncer 1.21 or newer on PATH")

Client = Callable[[], psycopg.Connection[object]]


@contextmanager
def pooled(state: State, server: PostgresServer, database: str, parameters: dict[str, str]) -> Iterator[Client]:
    """Clients of a PgBouncer with one connection to the server, that send what sqlx and JDBC send at their start."""
    assert PROGRAM is not None
    port, directory = free_port(), state.outside / f"pgbouncer-{database}-{parameters['max_prepared_statements']}"
    directory.mkdir(exist_ok=True)
    directory.chmod(0o755)
    authority = directory / "ca.pem"
    authority.write_bytes(Path(state.ca.ca_file).read_bytes())
    authority.chmod(0o644)
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "pool_mode": PGBOUNCER_PARAMETERS["pgbouncer.pool_mode"],
        "default_pool_size": 1,
        "server_tls_sslmode": "verify-full",
        "server_tls_ca_file": authority,
        "user": "nobody",
        **parameters,
    }
    config = directory / "pgbouncer.ini"
    lines = [f"{name} = {value}" for name, value in settings.items()]
    place = f"host=localhost port={server.port} dbname={database} user={LOGIN} password={PASSWORD}"
    config.write_text("\n".join(["[databases]", f"{database} = {place}", "[pgbouncer]", *lines, ""]))
    config.chmod(0o644)
    opened: list[psycopg.Connection[object]] = []

    def client() -> psycopg.Connection[object]:
        made: psycopg.Connection[object] = psycopg.connect(
            host="127.0.0.1",
            port=port,
            dbname=database,
            user="app",
            options="-c extra_float_digits=2",
            autocommit=True,
            connect_timeout=10,
        )
        opened.append(made)
        return made

    with subprocess.Popen(
        [PROGRAM, str(config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            until(lambda: process.poll() is not None or _listens(port), "PgBouncer's port")
            yield client
        finally:
            for each in opened:
                each.close()
            process.terminate()


def _listens(port: int) -> bool:
    try:
        with psycopg.connect(host="127.0.0.1", port=port, dbname="pgbouncer", user="nobody", connect_timeout=2):
            return True
    except psycopg.OperationalError as error:
        return "Connection refused" not in str(error)


def _prepare_twice(client: Client) -> list[object]:
    """Two clients that prepare a statement each; both call theirs `_pg3_0`, as two of sqlx call theirs `sqlx_s_1`."""
    return [client().execute("SELECT %s::int", [number], prepare=True).fetchone() for number in (1, 2)]


@needs_pgbouncer
def test_with_azures_defaults_a_client_that_sends_extra_float_digits_is_refused(
    state: State, server: PostgresServer, database: str
) -> None:
    with (
        pooled(state, server, database, _AZURE_DEFAULTS) as client,
        pytest.raises(psycopg.OperationalError, match="extra_float_digits"),
    ):
        client()


@needs_pgbouncer
def test_without_tracking_the_second_client_finds_its_statement_taken(
    state: State, server: PostgresServer, database: str
) -> None:
    half = {**_DECLARED, "max_prepared_statements": "0"}
    with (
        pooled(state, server, database, half) as client,
        pytest.raises(psycopg.errors.DuplicatePreparedStatement, match="already exists"),
    ):
        _prepare_twice(client)


@needs_pgbouncer
def test_with_the_declared_parameters_every_client_prepares_its_statements(
    state: State, server: PostgresServer, database: str
) -> None:
    with pooled(state, server, database, _DECLARED) as client:
        assert _prepare_twice(client) == [(1,), (2,)]
