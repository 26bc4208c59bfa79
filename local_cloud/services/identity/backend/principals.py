"""
The principals of the local tenant: managed identities, applications with their passwords, and which app may use which.

What a principal is allowed to do is in `role_assignments`.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.sqlite_file import SqliteFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS principal (
    principal_id TEXT PRIMARY KEY COLLATE NOCASE,
    client_id TEXT NOT NULL UNIQUE COLLATE NOCASE,
    tenant_id TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL,
    resource_id TEXT UNIQUE COLLATE NOCASE
) STRICT;
CREATE TABLE IF NOT EXISTS password (
    key_id TEXT PRIMARY KEY COLLATE NOCASE,
    principal_id TEXT NOT NULL REFERENCES principal ON DELETE CASCADE,
    digest BLOB NOT NULL,
    expires REAL
) STRICT;
CREATE TABLE IF NOT EXISTS app_identity (
    app TEXT NOT NULL,
    principal_id TEXT NOT NULL REFERENCES principal ON DELETE CASCADE,
    system_assigned INTEGER NOT NULL,
    PRIMARY KEY (app, principal_id)
) STRICT;
"""


class PrincipalUnknown(BackendError):  # noqa: N818  says what happened
    """An identity that nobody registered."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """
    Somebody a token can be made for.

    Attributes:
        principal_id: the object id, which role assignments name.
        client_id: the application id, by which an app chooses among its identities.
        name: for people.
        resource_id: the ARM id of a managed identity; None for an application or a person.
    """

    principal_id: str
    client_id: str
    tenant_id: str
    name: str
    resource_id: str | None = None


class Principals:
    """
    The principals of a state directory; safe to use from any thread.

    Args:
        file: the SQLite file that keeps them. Passwords are in it as digests only.
        clock: the time in seconds since 1970, for tests.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._database = SqliteFile(file, _SCHEMA)
        self._clock = clock

    def register(self, resource_id: str, client_id: str, principal_id: str, tenant_id: str) -> Principal:
        """A managed identity; registered again under the same ARM id, it takes the new ids."""
        return self._put(
            Principal(
                principal_id=principal_id,
                client_id=client_id,
                tenant_id=tenant_id,
                name=resource_id.rstrip("/").rsplit("/", 1)[-1],
                resource_id=resource_id,
            )
        )

    def register_application(self, *, name: str, client_id: str, principal_id: str, tenant_id: str) -> Principal:
        """An application's service principal, or a person at this machine."""
        return self._put(Principal(principal_id=principal_id, client_id=client_id, tenant_id=tenant_id, name=name))

    def find(self, id_: str) -> Principal | None:
        """The principal of an ARM id, client id or principal id."""
        row = self._database.row(
            "SELECT * FROM principal WHERE resource_id = ?1 OR client_id = ?1 OR principal_id = ?1", (id_,)
        )
        return _principal(row) if row else None

    def get(self, id_: str) -> Principal:
        """The principal of an ARM id, client id or principal id.

        Raises:
            PrincipalUnknown: there is none; the message lists those there are.
        """
        found = self.find(id_)
        if found is None:
            known = ", ".join(sorted(principal.name for principal in self.list())) or "none"
            raise PrincipalUnknown(
                f"no identity {id_} is registered (known: {known}). Declare it in the program, or correct the id."
            )
        return found

    def list(self) -> tuple[Principal, ...]:
        """All principals, by name."""
        return tuple(_principal(row) for row in self._database.rows("SELECT * FROM principal ORDER BY name"))

    def remove(self, id_: str) -> bool:
        """Forget a principal, with its passwords and its use by apps; False when there was none."""
        with self._database.write() as connection:
            return (
                connection.execute(
                    "DELETE FROM principal WHERE resource_id = ?1 OR client_id = ?1 OR principal_id = ?1", (id_,)
                ).rowcount
                > 0
            )

    def add_password(self, client_id: str, password: str, *, key_id: str, expires: float | None = None) -> None:
        """Let an application sign in with a password, until `expires` (seconds since 1970)."""
        principal = self.get(client_id)
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO password VALUES (?, ?, ?, ?)",
                (key_id, principal.principal_id, _digest(key_id, password), expires),
            )

    def remove_password(self, key_id: str) -> bool:
        """Take a password away; False when there was none."""
        with self._database.write() as connection:
            return connection.execute("DELETE FROM password WHERE key_id = ?", (key_id,)).rowcount > 0

    def password_state(self, principal: Principal, password: str) -> str:
        """`valid`, `expired` or `wrong`."""
        state = "wrong"
        for row in self._database.rows("SELECT * FROM password WHERE principal_id = ?", (principal.principal_id,)):
            if hmac.compare_digest(row["digest"], _digest(row["key_id"], password)):
                if row["expires"] is None or row["expires"] > self._clock():
                    return "valid"
                state = "expired"
        return state

    def assign(self, app: str, identities: Sequence[str], system_assigned: str | None = None) -> None:
        """
        Say which identities an app has; what it had before is replaced.

        Raises:
            PrincipalUnknown: one of them is not registered.
        """
        assigned = {self.get(id_).principal_id: 0 for id_ in identities}
        if system_assigned is not None:
            assigned[self.get(system_assigned).principal_id] = 1
        with self._database.write() as connection:
            connection.execute("DELETE FROM app_identity WHERE app = ?", (app,))
            connection.executemany(
                "INSERT INTO app_identity VALUES (?, ?, ?)",
                [(app, principal_id, system) for principal_id, system in assigned.items()],
            )

    def withdraw(self, app: str, identity: str) -> None:
        """Take one identity from an app, when the app has it."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM app_identity WHERE app = ? AND principal_id = ?", (app, identity))

    def chosen(self, app: str, id_: str | None) -> Principal | None:
        """The app's identity of an ARM, client or principal id; without an id, its system-assigned one."""
        row = self._database.row(
            "SELECT principal.* FROM app_identity JOIN principal USING (principal_id) WHERE app = ?1 AND "
            "CASE WHEN ?2 IS NULL THEN system_assigned ELSE resource_id = ?2 OR client_id = ?2 OR principal_id = ?2 END",
            (app, id_),
        )
        return _principal(row) if row else None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _put(self, principal: Principal) -> Principal:
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM principal WHERE resource_id = ?1 AND principal_id <> ?2",
                (principal.resource_id, principal.principal_id),
            )
            try:
                connection.execute(
                    "INSERT INTO principal VALUES (?, ?, ?, ?, ?) ON CONFLICT (principal_id) DO UPDATE SET "
                    "client_id = excluded.client_id, tenant_id = excluded.tenant_id, name = excluded.name, "
                    "resource_id = excluded.resource_id",
                    (
                        principal.principal_id,
                        principal.client_id,
                        principal.tenant_id,
                        principal.name,
                        principal.resource_id,
                    ),
                )
            except sqlite3.IntegrityError as error:
                raise BackendError(
                    f"the client id {principal.client_id} of {principal.name} belongs to another principal already"
                ) from error
        return principal


def _digest(key_id: str, password: str) -> bytes:
    # Entra ID's passwords are random and long, so a plain digest cannot be guessed back.
    return hashlib.sha256(f"{key_id.lower()}\n{password}".encode()).digest()


def _principal(row: sqlite3.Row) -> Principal:
    return Principal(
        principal_id=row["principal_id"],
        client_id=row["client_id"],
        tenant_id=row["tenant_id"],
        name=row["name"],
        resource_id=row["resource_id"],
    )
