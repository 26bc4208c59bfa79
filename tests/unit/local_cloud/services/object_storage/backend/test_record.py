"""Buckets and tokens are kept as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.services.object_storage.backend.record import Bucket, Record, Token
from local_cloud.services.object_storage.backend.rules import CorsRule, Grant, LifecycleRule, LockRule

TIME = datetime(2026, 1, 1, tzinfo=UTC)


def test_everything_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record(
        buckets={
            "media": Bucket(
                "media",
                "eu",
                "weur",
                created=TIME,
                cors=(CorsRule(methods=("GET",), origins=("https://a.example",), max_age_s=5),),
                lifecycle=(LifecycleRule(id="x", prefix="tmp/", delete_on=TIME),),
                locks=(LockRule(id="y", until=TIME),),
            )
        },
        tokens={"t": Token((Grant(bucket=None, write=False),), TIME)},
    )
    record.save(tmp_path / "storage.json")
    loaded = Record.load(tmp_path / "storage.json")
    assert loaded.buckets["media"].locks[0] == LockRule(id="y", until=TIME)
    assert loaded.buckets["media"].lifecycle[0].delete_on == TIME
    assert loaded.tokens["t"].expires == TIME
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "storage.json").read_bytes()


def test_no_record_is_an_empty_one(tmp_path: Path) -> None:
    assert Record.load(tmp_path / "none.json") == Record()


def test_a_damaged_record_is_named_and_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "storage.json"
    file.write_text('{"buckets": [')
    with pytest.raises(BackendError, match=r"storage\.json is damaged"):
        Record.load(file)
    assert file.read_text() == '{"buckets": ['
