"""Small records on the disk: whole transactions, private files, and a clear word about damage."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from local_cloud.runtime.errors import NotWritten
from local_cloud.runtime.files.sqlite_file import SqliteFile, StateDamaged

SCHEMA = "CREATE TABLE IF NOT EXISTS thing (name TEXT PRIMARY KEY) STRICT;"


def test_what_was_written_is_read_after_reopening(tmp_path: Path) -> None:
    first = SqliteFile(tmp_path / "deep" / "file.sqlite", SCHEMA)
    with first.write() as connection:
        connection.execute("INSERT INTO thing VALUES ('a')")
    first.close()
    row = SqliteFile(tmp_path / "deep" / "file.sqlite", SCHEMA).row("SELECT name FROM thing")
    assert row is not None
    assert row["name"] == "a"


def _interrupted(database: SqliteFile) -> None:
    with database.write() as connection:
        connection.execute("INSERT INTO thing VALUES ('a')")
        raise RuntimeError("interrupted")


def test_an_interrupted_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = SqliteFile(tmp_path / "file.sqlite", SCHEMA)
    with pytest.raises(RuntimeError):
        _interrupted(database)
    assert database.rows("SELECT * FROM thing") == []


def test_reads_do_not_wait_for_a_write(tmp_path: Path) -> None:
    database = SqliteFile(tmp_path / "file.sqlite", SCHEMA)
    with database.write() as connection:
        connection.execute("INSERT INTO thing VALUES ('a')")
        assert database.rows("SELECT * FROM thing") == []


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    database = SqliteFile(tmp_path / "file.sqlite", SCHEMA)
    assert stat.S_IMODE(database.file.stat().st_mode) == 0o600


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file.sqlite").write_text("not a database" * 100)
    with pytest.raises(
        StateDamaged, match=r"file\.sqlite is damaged \(file is not a database\); .* `rm .*file\.sqlite`"
    ):
        SqliteFile(tmp_path / "file.sqlite", SCHEMA)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateDamaged, match="directory cannot be written to"):
        SqliteFile(tmp_path / "file" / "x.sqlite", SCHEMA)


def test_a_full_disk_is_told_with_the_file_and_what_to_do_and_loses_nothing(tmp_path: Path) -> None:
    database = SqliteFile(tmp_path / "file.sqlite", SCHEMA)
    with database.write() as connection:
        connection.execute("INSERT INTO thing VALUES ('kept')")
        connection.execute("PRAGMA max_page_count = 1")  # SQLite says the same of a full disk
    with pytest.raises(NotWritten, match=r"file\.sqlite: No space left on device; free some space there"):
        _add(database, "x" * 100_000)
    assert [row["name"] for row in database.rows("SELECT name FROM thing")] == ["kept"]


def _add(database: SqliteFile, name: str) -> None:
    with database.write() as connection:
        connection.execute("INSERT INTO thing VALUES (?)", (name,))
