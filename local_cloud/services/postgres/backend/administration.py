"""
The operator's own way into a server: its superuser, through a socket that only we and the server can open.

There is no password for it and no way to it over the network, so it cannot be handed out by mistake. A superuser runs
whatever it finds under a name that it asks for, so it works in a database that belongs to it and that nobody else may even
connect to; the database `postgres` is the administrators', who decide there what is found.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

# Azure's names for them.
SUPERUSER: Final = "azuresu"
MAINTENANCE: Final = "azure_maintenance"
TEMPLATE: Final = "template1"

# What a connection asks for wins over whatever is set for a database or a role.
_OPTIONS: Final = {
    # Temporary objects would be found first if they were not named.
    "search_path": "pg_catalog,pg_temp",
    "role": "none",
    "event_triggers": "off",
    # Statements may hold password verifiers: not even a server that logs everything shall log them.
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
}

Statement = LiteralString | sql.SQL | sql.Composed


class Administration:
    """
    Statements as the superuser.

    Args:
        socket_directory: where the server's socket is.
        port: the server's port, which names the socket.
        account: whose process the server must be.
    """

    def __init__(self, socket_directory: Path, port: int, account: str) -> None:
        self._socket_directory = socket_directory
        self._port = port
        self._account = account

    @contextmanager
    def connection(self, database: str = MAINTENANCE) -> Generator[psycopg.Connection[Any]]:
        """
        A connection in autocommit mode, closed afterwards.

        Args:
            database: one that nobody else can have changed: ours, the template, or a new one before it is handed over.
        """
        connection = psycopg.connect(
            host=str(self._socket_directory),
            port=self._port,
            user=SUPERUSER,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
            requirepeer=self._account,
            options=" ".join(f"-c {name}={value}" for name, value in _OPTIONS.items()),
        )
        try:
            yield connection
        finally:
            connection.close()

    def execute(self, statement: Statement, *parameters: object, database: str = MAINTENANCE) -> None:
        """Run one statement."""
        with self.connection(database) as connection:
            connection.execute(statement, parameters or None)

    def rows(self, statement: Statement, *parameters: object, database: str = MAINTENANCE) -> Sequence[tuple[Any, ...]]:
        """Run one query."""
        with self.connection(database) as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def answers(self) -> bool:
        """Whether the server serves queries now."""
        try:
            return self.rows("SELECT 1", database=TEMPLATE) == [(1,)]
        except psycopg.OperationalError:
            return False

    def verifier(self, login: str, password: str) -> str:
        """What the server keeps in a password's place (SCRAM-SHA-256), made here so that no password travels."""
        with self.connection() as connection:
            made = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
        return made.decode()
