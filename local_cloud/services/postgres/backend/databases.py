"""
The databases of one server, as they are on it and as they were asked for.

The caller makes sure that the server runs and that nothing else changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local_cloud.runtime.errors import BackendError
from local_cloud.services.postgres.backend import roles
from local_cloud.services.postgres.backend.administration import MAINTENANCE, Administration
from local_cloud.services.postgres.backend.record import Record


@dataclass(frozen=True)
class Database:
    """A database of a server; `collation` is the requested one."""

    name: str
    charset: str
    collation: str


@dataclass(frozen=True, kw_only=True)
class Databases:
    """
    Creates, lists and deletes databases.

    Args:
        record: holds the requested collations.
        save: writes the record.
        administration: connects as the operator.
    """

    record: Record
    save: Callable[[], None]
    administration: Administration

    def create(self, name: str, *, charset: str, collation: str) -> Database:
        """
        Create a database; an existing one is left as it is.

        Raises:
            BackendError: a charset other than UTF8.
        """
        if charset.upper().replace("-", "") != "UTF8":
            raise BackendError(f"database {name}: charset {charset} is not available locally; only UTF8 is")
        roles.create_database(self.administration, name, collation=collation)
        self.record.databases[name] = collation
        self.save()
        return Database(name, "UTF8", collation)

    def delete(self, name: str) -> None:
        """Drop a database with everything in it; a missing one is not an error."""
        roles.drop_database(self.administration, name)
        self.record.databases.pop(name, None)
        self.save()

    def all(self) -> Sequence[Database]:
        """All databases, except templates and the operator's own."""
        rows = self.administration.rows(
            "SELECT datname, pg_catalog.pg_encoding_to_char(encoding), coalesce(datlocale, datcollate) "
            "FROM pg_catalog.pg_database WHERE NOT datistemplate AND datname <> %s ORDER BY datname",
            MAINTENANCE,
        )
        requested = self.record.databases
        return [Database(name, charset, requested.get(name) or collation) for name, charset, collation in rows]
