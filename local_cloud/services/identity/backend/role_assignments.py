"""
Who may do what: Azure role assignments, with the data actions of the built-in roles that concern Key Vault.

Asking is the parts' business (the vault asks for every request); declaring is the stack's.
"""

from __future__ import annotations

import fnmatch
import re
import sqlite3
import threading
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.runtime.files.sqlite_file import SqliteFile

KEY_VAULT_ADMINISTRATOR: Final = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
KEY_VAULT_SECRETS_OFFICER: Final = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
KEY_VAULT_SECRETS_USER: Final = "4633458b-17de-408a-b874-0445c86b69e6"
KEY_VAULT_READER: Final = "21090545-7ca7-4776-b22c-e363652d74d2"
KEY_VAULT_CERTIFICATE_USER: Final = "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"
KEY_VAULT_CRYPTO_OFFICER: Final = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"
KEY_VAULT_CRYPTO_USER: Final = "12338af0-0e69-4776-bea7-57ae8d297424"

# Built-in roles that are not here have no data actions that anything local asks for: Contributor and Owner manage a
# vault and read none of its secrets, which is Azure's rule too.
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security
_DATA_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    KEY_VAULT_ADMINISTRATOR: ("Microsoft.KeyVault/vaults/*",),
    KEY_VAULT_SECRETS_OFFICER: ("Microsoft.KeyVault/vaults/secrets/*",),
    KEY_VAULT_SECRETS_USER: (
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ),
    KEY_VAULT_READER: ("Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"),
    KEY_VAULT_CERTIFICATE_USER: (
        "Microsoft.KeyVault/vaults/certificates/read",
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        "Microsoft.KeyVault/vaults/keys/read",
    ),
    KEY_VAULT_CRYPTO_OFFICER: ("Microsoft.KeyVault/vaults/keys/*", "Microsoft.KeyVault/vaults/keyrotationpolicies/*"),
    KEY_VAULT_CRYPTO_USER: ("Microsoft.KeyVault/vaults/keys/read", "Microsoft.KeyVault/vaults/keys/update/action"),
}

_SCHEMA = """
CREATE TABLE IF NOT EXISTS role_assignment (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    scope TEXT NOT NULL COLLATE NOCASE,
    principal_id TEXT NOT NULL COLLATE NOCASE,
    role_definition_id TEXT NOT NULL,
    role TEXT NOT NULL,
    UNIQUE (scope, principal_id, role)
) STRICT;
CREATE INDEX IF NOT EXISTS role_assignment_principal ON role_assignment (principal_id);
"""


@dataclass(frozen=True, kw_only=True)
class RoleAssignment:
    """
    One role of one principal over one scope and everything below it.

    Attributes:
        name: its GUID.
        scope: an ARM id (`/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/V/secrets/N`), or `/`.
        role_definition_id: the role's ARM id, or just its GUID.
    """

    name: str
    scope: str
    principal_id: str
    role_definition_id: str


class RoleAssignments:
    """
    The assignments of a state directory; safe to use from any thread, and effective at once.

    Args:
        file: the SQLite file that keeps them.
    """

    def __init__(self, file: Path) -> None:
        self._database = SqliteFile(file, _SCHEMA)
        self._known: dict[str, tuple[tuple[str, str], ...]] = {}
        self._lock = threading.Lock()

    def put(self, *, scope: str, principal_id: str, role_definition_id: str, name: str | None = None) -> RoleAssignment:
        """
        Assign a role; the same assignment under the same name again changes nothing.

        Args:
            scope: what it is over, with everything below: an ARM id, or `/`.
            principal_id: whose it is (the object id of an identity, application or person).
            role_definition_id: the role's ARM id, or just its GUID.
            name: a GUID; without one, the GUID that scope, principal and role always give.

        Raises:
            CloudRefusal: `RoleAssignmentExists` (the same under another name), `RoleAssignmentUpdateNotPermitted`
                (the name is taken by another assignment), `InvalidRoleAssignmentId` (not a GUID).
        """
        scope = normal_scope(scope)
        name = name or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}|{principal_id}|{role_definition_id}".lower()))
        if not _is_guid(name):
            raise CloudRefusal(
                "InvalidRoleAssignmentId", f"The role assignment ID '{name}' is not valid. It must be a GUID."
            )
        role = role_guid(role_definition_id)
        with self._database.write() as connection:
            for row in connection.execute(
                "SELECT * FROM role_assignment WHERE name = ? OR (scope = ? AND principal_id = ? AND role = ?)",
                (name, scope, principal_id, role),
            ).fetchall():
                same = (row["scope"].lower(), row["principal_id"].lower(), row["role"]) == (
                    scope.lower(),
                    principal_id.lower(),
                    role,
                )
                if same and row["name"].lower() == name.lower():
                    return _assignment(row)
                if same:
                    raise CloudRefusal(
                        "RoleAssignmentExists",
                        f"The role assignment already exists. The ID of the existing role assignment is {row['name']}.",
                    )
                raise CloudRefusal(
                    "RoleAssignmentUpdateNotPermitted",
                    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
                )
            connection.execute(
                "INSERT INTO role_assignment VALUES (?, ?, ?, ?, ?)",
                (name, scope, principal_id, role_definition_id, role),
            )
        self._forget()
        return RoleAssignment(name=name, scope=scope, principal_id=principal_id, role_definition_id=role_definition_id)

    def get(self, name: str) -> RoleAssignment | None:
        """The assignment of a name, or None."""
        row = self._database.row("SELECT * FROM role_assignment WHERE name = ?", (name,))
        return _assignment(row) if row else None

    def remove(self, name: str) -> bool:
        """Take a role away; False when there was no such assignment."""
        with self._database.write() as connection:
            removed = connection.execute("DELETE FROM role_assignment WHERE name = ?", (name,)).rowcount > 0
        self._forget()
        return removed

    def list(self, *, principal_id: str | None = None) -> tuple[RoleAssignment, ...]:
        """All assignments, or those of one principal, by scope."""
        rows = self._database.rows(
            "SELECT * FROM role_assignment WHERE ?1 IS NULL OR principal_id = ?1 ORDER BY scope, name", (principal_id,)
        )
        return tuple(_assignment(row) for row in rows)

    def allows(self, principal_id: str, action: str, scope: str) -> bool:
        """
        Whether a principal may do something to a resource.

        Args:
            principal_id: whoever asks.
            action: a data action, `Microsoft.KeyVault/vaults/secrets/getSecret/action`.
            scope: the resource's ARM id; a role over any parent (vault, resource group, subscription, `/`) counts.
        """
        principal = principal_id.lower()
        assigned = self._known.get(principal)
        if assigned is None:
            with self._lock:  # `_forget` must not come between reading and keeping
                assigned = tuple(
                    (row["scope"].lower(), row["role"])
                    for row in self._database.rows(
                        "SELECT scope, role FROM role_assignment WHERE principal_id = ?", (principal,)
                    )
                )
                self._known[principal] = assigned
        wanted = scope.lower()
        return any(_covers(over, wanted) and _grants(role, action) for over, role in assigned)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _forget(self) -> None:
        with self._lock:
            self._known.clear()


def role_guid(role_definition_id: str) -> str:
    """The role's GUID in lower case, from its ARM id or itself."""
    guid = role_definition_id.rstrip("/").rsplit("/", 1)[-1].lower()
    if not _is_guid(guid):
        raise CloudRefusal(
            "InvalidRoleDefinitionId", f"The role definition ID '{role_definition_id}' does not end in a GUID."
        )
    return guid


def normal_scope(scope: str) -> str:
    """A scope with one slash in front and none behind."""
    return "/" + re.sub(r"/{2,}", "/", scope).strip("/")


def _covers(over: str, wanted: str) -> bool:
    return over in {"/", wanted} or wanted.startswith(f"{over}/")


@cache
def _grants(role: str, action: str) -> bool:
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in _DATA_ACTIONS.get(role, ()))


def _is_guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _assignment(row: sqlite3.Row) -> RoleAssignment:
    fields = {key: row[key] for key in ("name", "scope", "principal_id", "role_definition_id")}
    return RoleAssignment(**fields)
