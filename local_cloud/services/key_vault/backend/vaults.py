"""
The vaults themselves: created, deleted softly, recovered, purged, as the resource manager does it.

Their secrets are in `secrets`, the names they are reached by in `server`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from local_cloud.services.key_vault.backend import refusals
from local_cloud.services.key_vault.backend.database import Database

DAY_S: Final = 86_400
DEFAULT_SOFT_DELETE_DAYS: Final = 90


@dataclass(frozen=True, kw_only=True)
class Vault:
    """
    One vault.

    Attributes:
        number: the database's own.
        resource_id: its ARM id, the scope that role assignments name.
        soft_delete_days: how long deleted secrets (and the deleted vault) are kept, 7 to 90.
        deleted: when it was deleted, seconds since 1970; None while it lives.
        purged_on: when a deleted vault is purged by itself.
    """

    number: int
    name: str
    resource_id: str
    tenant_id: str
    location: str
    purge_protection: bool
    soft_delete_days: int
    deleted: int | None = None
    purged_on: int | None = None

    @property
    def recovery_level(self) -> str:
        """What the service calls this vault's protection of its secrets."""
        level = "Recoverable" if self.soft_delete_days == DEFAULT_SOFT_DELETE_DAYS else "CustomizedRecoverable"
        return level if self.purge_protection else f"{level}+Purgeable"


class Vaults:
    """The vaults of a state directory; safe to use from any thread."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        name: str,
        *,
        resource_id: str,
        tenant_id: str,
        location: str = "local",
        purge_protection: bool = False,
        soft_delete_days: int = DEFAULT_SOFT_DELETE_DAYS,
        recover: bool = False,
    ) -> Vault:
        """
        Create a vault, or bring the one of this ARM id into the state asked for.

        Args:
            name: unique over all subscriptions, deleted vaults included.
            resource_id: its ARM id.
            tenant_id: whose tokens it accepts.
            location: a region, for its messages.
            purge_protection: can be switched on, never off.
            soft_delete_days: 7 to 90; cannot be changed.
            recover: `createMode: recover`, bring back a deleted vault with everything in it.

        Raises:
            KeyVaultRefusal: `VaultAlreadyExists`, `ConflictError` (the name is a deleted vault's), `BadRequest`.
        """
        if not 7 <= soft_delete_days <= 90:
            raise refusals.bad_request(
                f'The property "softDeleteRetentionInDays" is {soft_delete_days}: it must be between 7 and 90.'
            )
        if recover:
            self.recover(name)
        self._purge_due()
        with self._database.file.write() as connection:
            existing = _found(connection, name)
            if existing is None:
                connection.execute(
                    "INSERT INTO vault (name, resource_id, tenant_id, location, purge_protection, soft_delete_days) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (name, resource_id, tenant_id, location, purge_protection, soft_delete_days),
                )
            else:
                _refuse_change(existing, resource_id, purge_protection, soft_delete_days)
                connection.execute(
                    "UPDATE vault SET tenant_id = ?, location = ?, purge_protection = ? WHERE id = ?",
                    (tenant_id, location, purge_protection, existing.number),
                )
        return self.get(name)

    def find(self, name: str) -> Vault | None:
        """The living vault of a name, or None."""
        row = self._database.file.row("SELECT * FROM vault WHERE name = ? AND deleted IS NULL", (name,))
        return _vault(row) if row else None

    def get(self, name: str) -> Vault:
        """The living vault of a name.

        Raises:
            KeyVaultRefusal: `VaultNotFound`.
        """
        found = self.find(name)
        if found is None:
            raise refusals.vault_not_found(name)
        return found

    def list(self, *, deleted: bool = False) -> tuple[Vault, ...]:
        """The living vaults, or the deleted ones, by name."""
        self._purge_due()
        rows = self._database.file.rows("SELECT * FROM vault WHERE (deleted IS NOT NULL) = ? ORDER BY name", (deleted,))
        return tuple(_vault(row) for row in rows)

    def delete(self, name: str) -> Vault:
        """
        Delete a vault softly: its name stays taken until it is purged.

        Raises:
            KeyVaultRefusal: `VaultNotFound`.
        """
        vault = self.get(name)
        now = int(self._clock())
        with self._database.file.write() as connection:
            connection.execute(
                "UPDATE vault SET deleted = ?, purged_on = ? WHERE id = ?",
                (now, now + vault.soft_delete_days * DAY_S, vault.number),
            )
        return self._get_deleted(name)

    def recover(self, name: str) -> Vault:
        """
        Bring back a deleted vault with everything in it; a living one stays as it is.

        Raises:
            KeyVaultRefusal: `DeletedVaultNotFound`.
        """
        living = self.find(name)
        if living is not None:
            return living
        vault = self._get_deleted(name)
        with self._database.file.write() as connection:
            connection.execute("UPDATE vault SET deleted = NULL, purged_on = NULL WHERE id = ?", (vault.number,))
        return self.get(name)

    def purge(self, name: str) -> None:
        """
        Delete a deleted vault for good.

        Raises:
            KeyVaultRefusal: `DeletedVaultNotFound`, `MethodNotAllowed` (purge protection).
        """
        vault = self._get_deleted(name)
        if vault.purge_protection:
            raise refusals.vault_purge_protected()
        with self._database.file.write() as connection:
            connection.execute("DELETE FROM vault WHERE id = ?", (vault.number,))

    def _get_deleted(self, name: str) -> Vault:
        self._purge_due()
        row = self._database.file.row("SELECT * FROM vault WHERE name = ? AND deleted IS NOT NULL", (name,))
        if row is None:
            raise refusals.deleted_vault_not_found(name)
        return _vault(row)

    def _purge_due(self) -> None:
        """Purge whatever has been deleted for its whole retention, as the service does by itself."""
        now = int(self._clock())
        if self._database.file.row("SELECT 1 FROM vault WHERE purged_on <= ?", (now,)):
            with self._database.file.write() as connection:
                connection.execute("DELETE FROM vault WHERE purged_on <= ?", (now,))


def _found(connection: sqlite3.Connection, name: str) -> Vault | None:
    row = connection.execute("SELECT * FROM vault WHERE name = ?", (name,)).fetchone()
    return _vault(row) if row else None


def _refuse_change(existing: Vault, resource_id: str, purge_protection: bool, soft_delete_days: int) -> None:
    if existing.resource_id.lower() != resource_id.lower():
        raise refusals.vault_name_taken(existing.name)
    if existing.deleted is not None:
        raise refusals.vault_soft_deleted()
    if existing.purge_protection and not purge_protection:
        raise refusals.bad_request(
            'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an '
            "irreversible action."
        )
    if existing.soft_delete_days != soft_delete_days:
        raise refusals.bad_request(
            'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.'
        )


def _vault(row: sqlite3.Row) -> Vault:
    return Vault(
        number=row["id"],
        name=row["name"],
        resource_id=row["resource_id"],
        tenant_id=row["tenant_id"],
        location=row["location"],
        purge_protection=bool(row["purge_protection"]),
        soft_delete_days=row["soft_delete_days"],
        deleted=row["deleted"],
        purged_on=row["purged_on"],
    )
