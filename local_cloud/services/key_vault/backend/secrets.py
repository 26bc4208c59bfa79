"""
The secrets of the vaults: versions, properties, soft delete.

Who may do what is asked in `data_plane`; the resource manager's way in needs no role on the data plane, as in Azure.
"""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

from local_cloud.services.key_vault.backend import backups, limits, refusals
from local_cloud.services.key_vault.backend.database import Database
from local_cloud.services.key_vault.backend.secret import DEFAULTS, Properties, Secret
from local_cloud.services.key_vault.backend.vaults import DAY_S, Vault

_COLUMNS: Final = "secret.name, secret.deleted, secret.purged_on, version.*"
_ALL_VERSIONS: Final = f"""
SELECT {_COLUMNS} FROM secret JOIN version ON version.secret_id = secret.id
WHERE secret.vault_id = ? AND secret.name = ? AND (secret.deleted IS NOT NULL) = ?
"""  # noqa: S608  constants
_CURRENT: Final = f"{_ALL_VERSIONS} ORDER BY version.number DESC LIMIT 1"
_ONE_VERSION: Final = f"{_ALL_VERSIONS} AND version.version = ?"
_PAGE_OF_VERSIONS: Final = f"{_ALL_VERSIONS} AND version.number > ? ORDER BY version.number LIMIT ?"
_PAGE_OF_SECRETS: Final = f"""
SELECT {_COLUMNS} FROM secret
JOIN version ON version.number = (SELECT max(number) FROM version WHERE secret_id = secret.id)
WHERE secret.vault_id = ? AND (secret.deleted IS NOT NULL) = ? AND secret.name > ? ORDER BY secret.name LIMIT ?
"""  # noqa: S608  constants


class Secrets:
    """
    The secrets of all vaults; safe to use from any thread.

    Args:
        database: where they are kept.
        clock: the time in seconds since 1970, for tests.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._file = database.file
        self._seal = database.seal
        self._clock = clock

    def put(self, vault: Vault, name: str, value: str, properties: Properties = DEFAULTS) -> Secret:
        """
        Bring a secret into a state, as the resource manager's PUT does.

        The same value and properties again make no new version: so the service behaves
        (https://github.com/Azure/azure-resource-manager-schemas/issues/1494), and so a create that was interrupted
        after this call finds what it made. Anything else makes a new version.

        Raises:
            KeyVaultRefusal: `ObjectIsDeletedButRecoverable`, or a limit is broken.
        """
        return self._add(vault, name, value, properties, reuse=True)

    def set(self, vault: Vault, name: str, value: str, properties: Properties = DEFAULTS) -> Secret:
        """
        A new version, as the data plane's PUT makes one every time.

        Raises:
            KeyVaultRefusal: `ObjectIsDeletedButRecoverable`, or a limit is broken.
        """
        return self._add(vault, name, value, properties, reuse=False)

    def read(self, vault: Vault, name: str, version: str | None = None) -> Secret:
        """
        A version, or the current one; disabled ones too.

        Raises:
            KeyVaultRefusal: `SecretNotFound`.
        """
        if version:
            row = self._file.row(_ONE_VERSION, (vault.number, name, False, version))
        else:
            row = self._file.row(_CURRENT, (vault.number, name, False))
        if row is None:
            limits.check_name(name)
            raise refusals.secret_not_found(name, version)
        return self._secret(row)

    def get(self, vault: Vault, name: str, version: str | None = None) -> Secret:
        """
        A version, or the current one, as the data plane gives it out.

        Expired and not yet valid ones are given out: the service does so too, the times are information.

        Raises:
            KeyVaultRefusal: `SecretNotFound`, `SecretDisabled`.
        """
        secret = self.read(vault, name, version)
        if not secret.enabled:
            raise refusals.secret_disabled()
        return secret

    def list(self, vault: Vault, *, after: str = "", limit: int = 1_000_000, deleted: bool = False) -> list[Secret]:
        """The current versions of the secrets (or of the deleted ones) whose name comes after `after`, by name."""
        if deleted:
            self._purge_due(vault)
        return [self._secret(row) for row in self._file.rows(_PAGE_OF_SECRETS, (vault.number, deleted, after, limit))]

    def versions(self, vault: Vault, name: str, *, after: int = 0, limit: int = 1_000_000) -> list[Secret]:
        """The versions of a secret with a number above `after`, oldest first; none for a secret that is not there."""
        rows = self._file.rows(_PAGE_OF_VERSIONS, (vault.number, name, False, after, limit))
        return [self._secret(row) for row in rows]

    def update(self, vault: Vault, name: str, version: str | None, properties: Properties) -> Secret:
        """
        Change what goes with a version (or the current one); the value stays.

        Raises:
            KeyVaultRefusal: `SecretNotFound`, or a limit is broken.
        """
        limits.check_properties(properties.content_type, properties.tags)
        target = self.read(vault, name, version)
        tags = None if properties.tags is None else json.dumps(dict(properties.tags))
        with self._file.write() as connection:
            connection.execute(
                "UPDATE version SET content_type = ifnull(?, content_type), enabled = ifnull(?, enabled), "
                "not_before = ifnull(?, not_before), expires = ifnull(?, expires), tags = ifnull(?, tags), updated = ? "
                "WHERE number = ?",
                (
                    properties.content_type,
                    properties.enabled,
                    properties.not_before,
                    properties.expires,
                    tags,
                    int(self._clock()),
                    target.number,
                ),
            )
        return self.read(vault, name, target.version)

    def delete(self, vault: Vault, name: str) -> Secret:
        """
        Delete a secret softly: its name stays taken until it is purged.

        Raises:
            KeyVaultRefusal: `SecretNotFound`.
        """
        self.read(vault, name)
        now = int(self._clock())
        with self._file.write() as connection:
            connection.execute(
                "UPDATE secret SET deleted = ?, purged_on = ? WHERE vault_id = ? AND name = ? AND deleted IS NULL",
                (now, now + vault.soft_delete_days * DAY_S, vault.number, name),
            )
        return self.get_deleted(vault, name)

    def get_deleted(self, vault: Vault, name: str) -> Secret:
        """
        The current version of a deleted secret.

        Raises:
            KeyVaultRefusal: `SecretNotFound`.
        """
        self._purge_due(vault)
        row = self._file.row(_CURRENT, (vault.number, name, True))
        if row is None:
            raise refusals.deleted_secret_not_found(name)
        return self._secret(row)

    def recover(self, vault: Vault, name: str) -> Secret:
        """
        Bring back a deleted secret with all its versions.

        Raises:
            KeyVaultRefusal: `SecretNotFound`.
        """
        self.get_deleted(vault, name)
        with self._file.write() as connection:
            connection.execute(
                "UPDATE secret SET deleted = NULL, purged_on = NULL WHERE vault_id = ? AND name = ?",
                (vault.number, name),
            )
        return self.read(vault, name)

    def purge(self, vault: Vault, name: str) -> None:
        """
        Delete a deleted secret for good.

        Raises:
            KeyVaultRefusal: `SecretNotFound`, `Forbidden` (purge protection).
        """
        self.get_deleted(vault, name)
        if vault.purge_protection:
            raise refusals.purge_protected(vault.name, vault.location)
        with self._file.write() as connection:
            connection.execute(
                "DELETE FROM secret WHERE vault_id = ? AND name = ? AND deleted IS NOT NULL", (vault.number, name)
            )

    def backup(self, vault: Vault, name: str) -> str:
        """
        A secret with all its versions as a sealed text, which only this state directory can restore.

        Raises:
            KeyVaultRefusal: `SecretNotFound`.
        """
        self.read(vault, name)
        return backups.pack(self._seal, self.versions(vault, name))

    def restore(self, vault: Vault, backup: str) -> Secret:
        """
        Bring back a secret from `backup`, into this vault.

        Raises:
            KeyVaultRefusal: `BadParameter` (not such a text), `Conflict` (the name is taken).
        """
        versions = backups.unpack(self._seal, backup)
        name = versions[0].name
        self._purge_due(vault)
        with self._file.write() as connection:
            if _taken(connection, vault, name) is not None:
                raise refusals.already_exists(name)
            secret_id = _insert_secret(connection, vault, name)
            for version in versions:
                self._insert_version(connection, secret_id, version)
        return self.read(vault, name)

    def _add(self, vault: Vault, name: str, value: str, properties: Properties, *, reuse: bool) -> Secret:
        limits.check_name(name)
        limits.check_value(value)
        limits.check_properties(properties.content_type, properties.tags)
        self._purge_due(vault)
        now = int(self._clock())
        made = Secret(
            name=name,
            version=uuid.uuid4().hex,
            number=0,
            value=value,
            content_type=properties.content_type,
            enabled=properties.enabled is not False,
            not_before=properties.not_before,
            expires=properties.expires,
            created=now,
            updated=now,
            tags=dict(properties.tags or {}),
        )
        with self._file.write() as connection:
            holder = _taken(connection, vault, name)
            if holder is not None and holder["deleted"] is not None:
                raise refusals.deleted_but_recoverable(name)
            if holder is not None and reuse:
                current = self._secret(connection.execute(_CURRENT, (vault.number, name, False)).fetchone())
                if current.same_content(made):
                    return current
            secret_id = holder["id"] if holder is not None else _insert_secret(connection, vault, name)
            self._insert_version(connection, secret_id, made)
        return self.read(vault, name, made.version)

    def _insert_version(self, connection: sqlite3.Connection, secret_id: int, secret: Secret) -> None:
        connection.execute(
            "INSERT INTO version (secret_id, version, sealed, content_type, enabled, not_before, expires, created, updated, "
            "tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                secret_id,
                secret.version,
                self._seal.close(secret.value.encode(), f"{secret_id}/{secret.version}"),
                secret.content_type,
                secret.enabled,
                secret.not_before,
                secret.expires,
                secret.created,
                secret.updated,
                json.dumps(secret.tags),
            ),
        )

    def _purge_due(self, vault: Vault) -> None:
        """Purge what has been deleted for its whole retention, as the service does by itself."""
        parameters = (vault.number, int(self._clock()))
        if self._file.row("SELECT 1 FROM secret WHERE vault_id = ? AND purged_on <= ?", parameters):
            with self._file.write() as connection:
                connection.execute("DELETE FROM secret WHERE vault_id = ? AND purged_on <= ?", parameters)

    def _secret(self, row: sqlite3.Row) -> Secret:
        return Secret(
            name=row["name"],
            version=row["version"],
            number=row["number"],
            value=self._seal.open(row["sealed"], f"{row['secret_id']}/{row['version']}").decode(),
            content_type=row["content_type"],
            enabled=bool(row["enabled"]),
            not_before=row["not_before"],
            expires=row["expires"],
            created=row["created"],
            updated=row["updated"],
            tags=json.loads(row["tags"]),
            deleted=row["deleted"],
            purged_on=row["purged_on"],
        )


def _taken(connection: sqlite3.Connection, vault: Vault, name: str) -> Any:
    """The row that holds a name, deleted or not, or None."""
    return connection.execute("SELECT * FROM secret WHERE vault_id = ? AND name = ?", (vault.number, name)).fetchone()


def _insert_secret(connection: sqlite3.Connection, vault: Vault, name: str) -> int:
    inserted = connection.execute("INSERT INTO secret (vault_id, name) VALUES (?, ?)", (vault.number, name))
    return inserted.lastrowid or 0
