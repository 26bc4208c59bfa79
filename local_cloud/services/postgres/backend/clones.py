"""
Databases that are copies of another one, for tests: the same owner, schema, extensions and rights as the application's own.

A template is made once and filled by the application's login; nobody connects to it afterwards, so that the server may copy it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from local_cloud.services.postgres.backend import roles
from local_cloud.services.postgres.backend.administration import Administration

PREFIX: Final = "ignition_test_"
_TEMPLATE_PREFIX: Final = f"{PREFIX}template_"
_KEPT_TEMPLATES: Final = 4


@dataclass(frozen=True)
class Model:
    """
    How the application's own database looks from within.

    Attributes:
        database: its name.
        login: who signs in.
        owner: the role that owns what the login makes.
        schema: where its tables are.
        extensions: what is installed.
    """

    database: str
    login: str
    owner: str
    schema: str
    extensions: tuple[str, ...]

    @classmethod
    def of(cls, url: str) -> Model:
        """As the application's login sees it, by its DATABASE_URL."""
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT current_database(), session_user, current_user, current_schema()"
            ).fetchone()
            extensions = connection.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'").fetchall()
        database, login, owner, schema = row or ("", "", "", "")
        return cls(database, login, owner, schema, tuple(sorted(name for (name,) in extensions)))


class Clones:
    """
    The test databases of one server.

    Args:
        administration: the operator's way into it.
    """

    def __init__(self, administration: Administration) -> None:
        self._administration = administration

    def create_empty(self, name: str, model: Model) -> None:
        """Create a database with the application's schema, extensions and rights, and nothing in it."""
        own, owner = sql.Identifier(name), sql.Identifier(model.owner)
        roles.create_database(
            self._administration, name, collation="en_US.utf8", prepare=lambda: self._fill(name, model)
        )
        self._grant(own, owner, model)

    def template(self, key: str) -> str | None:
        """The template that was kept under a key, or None."""
        name = f"{_TEMPLATE_PREFIX}{key}"
        return name if name in self._names() else None

    def keep_template(self, building: str, key: str) -> str:
        """Keep a database, in which nobody works any more, as the template of a key; another one that was sooner stays."""
        name = f"{_TEMPLATE_PREFIX}{key}"
        if name in self._names():
            self.drop(building)
            return name
        end = sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(
            sql.Literal(building)
        )
        self._administration.execute(end)
        self._administration.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
        )
        for old in self._templates()[:-_KEPT_TEMPLATES]:
            self.drop(old)
        return name

    def clone(self, template: str, name: str, model: Model) -> None:
        """Create a database as a copy of a template."""
        own = sql.Identifier(name)
        # WAL_LOG needs no checkpoints, which is quicker for small databases; the copy of a large one is what FILE_COPY is for.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY WAL_LOG OWNER {}")
        self._administration.execute(
            statement.format(own, sql.Identifier(template), sql.Identifier(roles.ADMINISTRATORS))
        )
        self._grant(own, sql.Identifier(model.owner), model)

    def drop(self, name: str) -> None:
        """Drop a test database, whoever is connected; one that does not exist is fine, any other is refused."""
        if not name.startswith(PREFIX):
            raise ValueError(f"{name} is no test database")
        roles.drop_database(self._administration, name)

    def _fill(self, name: str, model: Model) -> None:
        """Within a new database that is still the operator's."""
        with self._administration.connection(name) as connection:
            connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            schema, owner = sql.Identifier(model.schema), sql.Identifier(model.owner)
            if model.schema != "public":
                connection.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(schema, owner))
            for extension in model.extensions:
                connection.execute(sql.SQL("CREATE EXTENSION {} SCHEMA public").format(sql.Identifier(extension)))
            if model.extensions:
                connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(owner))

    def _grant(self, own: sql.Identifier, owner: sql.Identifier, model: Model) -> None:
        """The rights on the database itself, which a copy does not take over."""
        with self._administration.connection() as connection:
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(own))
            connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(own, owner))
            connection.execute(
                sql.SQL("ALTER ROLE {} IN DATABASE {} SET search_path = {}, public").format(
                    sql.Identifier(model.login), own, sql.Identifier(model.schema)
                )
            )

    def _names(self) -> Sequence[str]:
        return [
            name for (name,) in self._administration.rows("SELECT datname FROM pg_catalog.pg_database ORDER BY oid")
        ]

    def _templates(self) -> Sequence[str]:
        return [name for name in self._names() if name.startswith(_TEMPLATE_PREFIX)]
