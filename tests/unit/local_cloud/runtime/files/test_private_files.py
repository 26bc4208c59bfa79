"""Files that are replaced as a whole or not at all."""

from __future__ import annotations

import os
import pwd
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud.runtime.errors import NotWritten
from local_cloud.runtime.files.private_files import NotRegular, load_or_create_key, read_regular, write_private


def test_a_file_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritten, match=rf"^{tmp_path}/file/below: .*; (name|`ignition doctor`)"):
        write_private(tmp_path / "file" / "below", b"content")


def test_a_write_that_fails_leaves_nothing_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(NotWritten):
        write_private(tmp_path / "taken", b"secret")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def _link(path: Path) -> None:
    (path.parent / "target").write_text("foreign")
    path.symlink_to(path.parent / "target")


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.fspath(path))


stand_ins = pytest.mark.parametrize("stand_in", [_link, _fifo, _socket, Path.mkdir])


@stand_ins
def test_what_stands_in_for_a_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand_in: Callable[[Path], None]
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path has to be short
    stand_in(Path("file"))
    for read in (read_regular, load_or_create_key):
        with pytest.raises(NotRegular, match="file is a link, a FIFO or a directory, not a file of ours"):
            read(Path("file"))


@pytest.mark.parametrize("stand_in", [_link, _fifo])
def test_what_stands_in_for_a_file_is_replaced_and_not_written_to(
    tmp_path: Path, stand_in: Callable[[Path], None]
) -> None:
    stand_in(tmp_path / "file")
    write_private(tmp_path / "file", b"ours")
    found = (tmp_path / "file").lstat()
    assert stat.S_ISREG(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert read_regular(tmp_path / "file") == b"ours"
    if stand_in is _link:
        assert (tmp_path / "target").read_text() == "foreign"


def test_a_file_that_is_not_there_is_no_stand_in(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "none")
    assert load_or_create_key(tmp_path / "none") == load_or_create_key(tmp_path / "none")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_account_is_its_own_from_the_beginning(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    write_private(tmp_path / "file", b"theirs", owner=nobody)
    found = (tmp_path / "file").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (nobody.pw_uid, nobody.pw_gid, 0o600)
