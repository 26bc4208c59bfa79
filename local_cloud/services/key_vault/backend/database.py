"""The tables of the vaults and their secrets, and the key that their values are sealed with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local_cloud.runtime.files.sealing import Seal
from local_cloud.runtime.files.sqlite_file import SqliteFile, StateDamaged

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sealed_with (fingerprint TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS vault (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    resource_id TEXT NOT NULL COLLATE NOCASE,
    tenant_id TEXT NOT NULL COLLATE NOCASE,
    location TEXT NOT NULL,
    purge_protection INTEGER NOT NULL,
    soft_delete_days INTEGER NOT NULL,
    deleted INTEGER,
    purged_on INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS secret (
    id INTEGER PRIMARY KEY,
    vault_id INTEGER NOT NULL REFERENCES vault ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    deleted INTEGER,
    purged_on INTEGER,
    UNIQUE (vault_id, name)
) STRICT;
CREATE TABLE IF NOT EXISTS version (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    secret_id INTEGER NOT NULL REFERENCES secret ON DELETE CASCADE,
    version TEXT NOT NULL,
    sealed BLOB NOT NULL,
    content_type TEXT,
    enabled INTEGER NOT NULL,
    not_before INTEGER,
    expires INTEGER,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    tags TEXT NOT NULL,
    UNIQUE (secret_id, version)
) STRICT;
CREATE INDEX IF NOT EXISTS version_secret ON version (secret_id, number);
"""


@dataclass(frozen=True)
class Database:
    """Where everything is kept: rows in `file`, values opened and closed by `seal`."""

    file: SqliteFile
    seal: Seal


def open_database(directory: Path) -> Database:
    """
    The database in a directory, made when it is missing.

    Raises:
        StateDamaged: file or key cannot be used, or do not belong together.
    """
    file = SqliteFile(directory / "key-vault.sqlite", _SCHEMA)
    seal = Seal(directory / "sealing-key")
    with file.write() as connection:
        row = connection.execute("SELECT fingerprint FROM sealed_with").fetchone()
        if row is None:
            connection.execute("INSERT INTO sealed_with VALUES (?)", (seal.fingerprint,))
    if row is not None and row["fingerprint"] != seal.fingerprint:
        file.close()
        raise StateDamaged(
            f"the secrets in {file.file} were sealed with another key than {directory / 'sealing-key'}: restore that key, "
            "or reset the local cloud to begin with empty vaults."
        )
    return Database(file, seal)
