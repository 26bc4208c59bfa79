"""
The resources of a local cloud by provider id: one SQLite file with encrypted inputs and outputs.

They contain passwords, keys and tokens, so they are encrypted with a key that only the owner of the state
directory can read.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from local_cloud.runtime.files.sealing import Seal
from local_cloud.runtime.files.sqlite_file import SqliteFile
from local_cloud.server.resource_types.resource import Resource

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    id TEXT PRIMARY KEY COLLATE NOCASE,
    token TEXT NOT NULL,
    urn TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS resource_token ON resource (token);
"""


@dataclass(frozen=True)
class Record:
    """A resource with the type and the URN it was made for."""

    token: str
    urn: str
    resource: Resource


class SealedRecords:
    """
    The records of one state directory; safe to use from any thread.

    Args:
        directory: holds `resources.db` and its key.
    """

    def __init__(self, directory: Path) -> None:
        self._database = SqliteFile(directory / "resources.db", _SCHEMA)
        self._seal = Seal(directory / "resources.key")

    def get(self, resource_id: str) -> Resource | None:
        """The resource, or None."""
        row = self._row(resource_id)
        return self._open(row) if row is not None else None

    def put(self, token: str, urn: str, resource: Resource) -> None:
        """Keeps the resource, replacing what stood there."""
        content = json.dumps({"inputs": resource.inputs, "outputs": resource.outputs}).encode()
        sealed = self._seal.close(content, bound_to=resource.id.lower())
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?)", (resource.id, token, urn, sealed))

    def remove(self, resource_id: str) -> None:
        """Removes the record; a missing one is not an error."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM resource WHERE id = ?", (resource_id,))

    def owner(self, resource_id: str) -> str | None:
        """The URN that made the resource, or None."""
        row = self._row(resource_id)
        return row["urn"] if row is not None else None

    def of_type(self, token: str) -> list[Record]:
        """Every resource of one type, by id."""
        rows = self._database.rows("SELECT * FROM resource WHERE token = ? ORDER BY id", (token,))
        return [Record(row["token"], row["urn"], self._open(row)) for row in rows]

    def all(self) -> list[Record]:
        """Every resource, by id."""
        rows = self._database.rows("SELECT * FROM resource ORDER BY id")
        return [Record(row["token"], row["urn"], self._open(row)) for row in rows]

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _row(self, resource_id: str) -> sqlite3.Row | None:
        return self._database.row("SELECT * FROM resource WHERE id = ?", (resource_id,))

    def _open(self, row: sqlite3.Row) -> Resource:
        content = json.loads(self._seal.open(row["sealed"], bound_to=row["id"].lower()))
        return Resource(row["id"], content["inputs"], content["outputs"])
