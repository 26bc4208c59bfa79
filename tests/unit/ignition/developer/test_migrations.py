"""What decides whether migrations are run again."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from ignition.developer.test import migrations_hash


def test_another_file_content_name_or_command_is_another_version(tmp_path: Path) -> None:
    file = tmp_path / "1.sql"
    file.write_text("CREATE TABLE a ();")
    versions = [migrations_hash("sqlx migrate run", tmp_path)]
    assert migrations_hash("sqlx migrate run", tmp_path) == versions[0]
    versions.append(migrations_hash("diesel migration run", tmp_path))
    file.write_text("CREATE TABLE b ();")
    versions.append(migrations_hash("sqlx migrate run", tmp_path))
    file.rename(tmp_path / "2.sql")
    versions.append(migrations_hash("sqlx migrate run", tmp_path))
    (tmp_path / "3.sql").touch()
    versions.append(migrations_hash("sqlx migrate run", tmp_path))
    assert len(set(versions)) == len(versions)


def test_content_does_not_pass_for_the_next_files_name(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for directory, files in ((one, {"a": "1", "b": "2"}), (two, {"a": "11 b", "b": ""})):
        directory.mkdir()
        for name, content in files.items():
            (directory / name).write_text(content)
    assert migrations_hash("x", one) != migrations_hash("x", two)


def test_without_the_usual_directory_it_has_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.UsageError, match="name the files that --migrate reads with --migrations"):
        migrations_hash("sqlx migrate run", None)
