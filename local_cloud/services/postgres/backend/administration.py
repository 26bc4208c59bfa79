"""
The operator's own way into a server: its superuser, through a socket that only we and the server can open.

There is no password for it and no way to it over the network, so it cannot be handed out by mistake.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

# Azure's name for it.
SUPERUSER = "azuresu"

Statement = LiteralString | sql.SQL | sql.Composed


class Administration:
    """
    Statements as the superuser.

    Args:
        socket_directory: where the server's socket is.
        port: the server's port, which names the socket.
    """

    def __init__(self, socket_directory: Path, port: int) -> None:
        self._socket_directory = socket_directory
        self._port = port

    @contextmanager
    def connection(self, database: str = "postgres") -> Generator[psycopg.Connection[Any]]:
        """A connection in autocommit mode, closed afterwards."""
        connection = psycopg.connect(
            host=str(self._socket_directory),
            port=self._port,
            user=SUPERUSER,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
            # Statements may hold password verifiers: not even a server that logs everything shall log them.
            options="-c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic",
        )
        try:
            yield connection
        finally:
            connection.close()

    def execute(self, statement: Statement, *parameters: object, database: str = "postgres") -> None:
        """Run one statement."""
        with self.connection(database) as connection:
            connection.execute(statement, parameters or None)

    def rows(self, statement: Statement, *parameters: object, database: str = "postgres") -> Sequence[tuple[Any, ...]]:
        """Run one query."""
        with self.connection(database) as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def answers(self) -> bool:
        """Whether the server serves queries now."""
        try:
            return self.rows("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def verifier(self, login: str, password: str) -> str:
        """What the server keeps in a password's place (SCRAM-SHA-256), made here so that no password travels."""
        with self.connection() as connection:
            made = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
        return made.decode()
