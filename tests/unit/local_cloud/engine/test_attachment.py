"""The environment of an engine that runs for seconds, and its log."""

from __future__ import annotations

from pathlib import Path

from local_cloud.engine.attachment import keep_no_logs, short_lived


def test_an_engine_that_runs_for_seconds_collects_no_garbage_until_its_memory_is_large() -> None:
    assert short_lived({"PATH": "/bin"}) == {"PATH": "/bin", "GOGC": "off", "GOMEMLIMIT": "768MiB"}


def test_what_a_person_set_for_garbage_collection_stays() -> None:
    assert short_lived({"GOGC": "50", "GOMEMLIMIT": "1GiB"}) == {"GOGC": "50", "GOMEMLIMIT": "1GiB"}


def test_a_file_in_the_place_of_logs_keeps_the_engine_from_writing_any(tmp_path: Path) -> None:
    old = tmp_path / "home" / "logs" / "pulumi-20260101T000000-abc.log"
    old.parent.mkdir(parents=True)
    old.write_text("of an older version")
    for _ in range(2):
        keep_no_logs(tmp_path / "home")
    assert (tmp_path / "home" / "logs").read_bytes() == b""
