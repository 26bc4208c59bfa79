"""Log files stay small and quote their end."""

from __future__ import annotations

from pathlib import Path

from local_cloud.runtime.processes.log_files import last_lines, rotate


def test_a_small_file_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("x" * 10)
    assert not rotate(log, max_bytes=10)
    assert log.read_text() == "x" * 10


def test_a_large_file_is_moved_aside_and_emptied_in_place(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    with log.open("a") as stream:
        stream.write("first\n")
        stream.flush()
        assert rotate(log, max_bytes=3)
        stream.write("second\n")
    assert (tmp_path / "part.log.1").read_text() == "first\n"
    assert log.read_text() == "second\n"


def test_only_the_given_number_of_old_files_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    for life in "abcd":
        log.write_text(life * 5)
        rotate(log, max_bytes=1, kept=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part.log", "part.log.1", "part.log.2"]
    assert (tmp_path / "part.log.1").read_text() == "ddddd"
    assert (tmp_path / "part.log.2").read_text() == "ccccc"


def test_a_missing_file_is_no_error(tmp_path: Path) -> None:
    assert not rotate(tmp_path / "none.log")
    assert last_lines(tmp_path / "none.log") == []


def test_the_last_lines_come_last(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert last_lines(log, 2) == ["line 9998", "line 9999"]


def test_a_file_that_cannot_be_copied_stays_and_so_do_the_older_ones(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("x" * 5)
    (tmp_path / "part.log.1").write_text("older")
    (tmp_path / "part.log.copy").mkdir()  # in the way of the copy, as a full disk is
    (tmp_path / "part.log.copy" / log.name).mkdir()
    assert not rotate(log, max_bytes=1)
    assert log.read_text() == "x" * 5
    assert (tmp_path / "part.log.1").read_text() == "older"


def test_the_last_lines_hold_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"\x1b]0;owned\x07first\r\n\x1b[2Jsecond \rthird\n")
    assert last_lines(file) == ["first", "second third"]
