"""
A SQLite database in one file: a schema that is created once, reads that never wait for writes, writes that are durable.

What is in it is the owner's business; the local cloud's own small records (secrets, identities, role assignments)
use it, the applications' data does not.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

from local_cloud.runtime.errors import BackendError, NotWritten
from local_cloud.system_errors import FULL, explained

# What SQLite's shared index grows by; with less than that nothing can be written.
_A_PAGE: Final = 32 * 1024
_BROKEN: Final = frozenset({"file is not a database", "database disk image is malformed"})


class StateDamaged(BackendError):  # noqa: N818  says what happened
    """A file in the state directory cannot be used; the message names it and the way out."""


class SqliteFile:
    """
    One database file; safe to use from any thread.

    Every write is flushed to the disk before it returns: the engine's checkpoint would otherwise know of things
    that a power cut took from here.

    Args:
        file: the database; made with its directory when it is missing, readable by its owner only.
        schema: statements that create what is missing (`CREATE TABLE IF NOT EXISTS`).

    Raises:
        NotWritten: the disk is full.
        StateDamaged: the file is not a database, or cannot be opened or written.
    """

    def __init__(self, file: Path, schema: str) -> None:
        self.file = file.absolute()
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch(mode=0o600)
            self._writer = self._connect()
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writer.execute("PRAGMA synchronous = FULL")
            self._writer.executescript(schema)
            self._reader = self._connect()
            self._reader.execute("PRAGMA query_only = ON")
        except (OSError, sqlite3.Error) as error:
            raise self._damaged(error) from error

    def rows(self, statement: str, parameters: tuple[Any, ...] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        try:
            with self._reading:
                return self._reader.execute(statement, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def row(self, statement: str, parameters: tuple[Any, ...] | dict[str, Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        try:
            with self._reading:
                return self._reader.execute(statement, parameters).fetchone()
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    @contextlib.contextmanager
    def write(self) -> Generator[sqlite3.Connection]:
        """A transaction: one at a time, all of it or, on an exception, nothing."""
        with self._writing:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except sqlite3.IntegrityError:
                raise  # a constraint of the owner's schema: its business
            except sqlite3.DatabaseError as error:
                raise self._damaged(error) from error
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; the object is of no use afterwards."""
        with self._reading, self._writing:
            self._reader.close()
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=10, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _damaged(self, error: Exception) -> BackendError:
        if self._is_full(error):
            return NotWritten(explained(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), self.file))
        if str(error) in _BROKEN:
            return StateDamaged(
                f"{self.file} is damaged ({error}); put it back from a backup, or `rm {self.file}`, then `ignition up --refresh`, "
                "which makes again what the stack declares"
            )
        return StateDamaged(
            f"{self.file} cannot be used: {error}; if the disk is full or the directory cannot be written to, fix that and try again"
        )

    def _is_full(self, error: Exception) -> bool:
        """Whether the disk is full, of which SQLite says so only where it is not its index or journal that found no room."""
        if isinstance(error, OSError):
            return error.errno in FULL
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
        if code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
            return shutil.disk_usage(self.file.parent).free < _A_PAGE
        return code == sqlite3.SQLITE_FULL
