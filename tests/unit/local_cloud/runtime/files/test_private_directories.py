"""Directories that nobody else could have made beforehand, tried with what another account can put in the way."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import pytest

from local_cloud.runtime.files.private_directories import (
    NotPrivate,
    private_directory,
    remove_socket_directory,
    socket_directory,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another account")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A place like `/tmp`: everybody may make something in it, and only the owner removes it."""
    place = tmp_path / "shared"
    place.mkdir()
    place.chmod(0o1777)
    return place


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_it_and_its_missing_parents_are_closed_under_any_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        private_directory(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [_mode(tmp_path / "a"), _mode(tmp_path / "a" / "b")] == [0o700, 0o700]


def test_what_others_could_only_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    assert _mode(private_directory(tmp_path / "open")) == 0o700


@pytest.mark.parametrize("mode", [0o702, 0o777, 0o1777])
def test_what_others_could_write_is_refused_with_the_command_that_closes_it(tmp_path: Path, mode: int) -> None:
    directory = tmp_path / "open"
    directory.mkdir()
    directory.chmod(mode)
    with pytest.raises(NotPrivate, match=f"run `chmod 700 {directory}` and try again"):
        private_directory(directory)
    assert _mode(directory) == mode
    directory.chmod(0o700)
    private_directory(directory)


@as_root
def test_a_group_of_other_accounts_counts_as_others(tmp_path: Path) -> None:
    directory = tmp_path / "open"
    directory.mkdir()
    os.chown(directory, 0, pwd.getpwnam("nobody").pw_gid)
    directory.chmod(0o770)
    with pytest.raises(NotPrivate, match="Other accounts can write"):
        private_directory(directory)


def test_a_link_is_not_followed(shared: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    target.chmod(0o755)
    (shared / "ours").symlink_to(target)
    with pytest.raises(NotPrivate, match=f"{shared}/ours is a link; remove it with `rm {shared}/ours`"):
        private_directory(shared / "ours")
    assert _mode(target) == 0o755
    assert list(target.iterdir()) == []


@pytest.mark.parametrize("target", ["nowhere", "ours"])
def test_a_link_that_leads_nowhere_is_refused(shared: Path, target: str) -> None:
    (shared / "ours").symlink_to(shared / target)
    with pytest.raises(NotPrivate, match="is a link"):
        private_directory(shared / "ours")


def test_a_fifo_is_refused_and_does_not_block(shared: Path) -> None:
    os.mkfifo(shared / "ours")
    with pytest.raises(NotPrivate, match="is not a directory"):
        private_directory(shared / "ours")


def test_a_file_is_refused(shared: Path) -> None:
    (shared / "ours").touch()
    with pytest.raises(NotPrivate, match="is not a directory"):
        private_directory(shared / "ours")


@as_root
def test_what_another_account_made_beforehand_is_refused(shared: Path) -> None:
    (shared / "ours").mkdir(mode=0o700)
    os.chown(shared / "ours", 65534, 65534)
    with pytest.raises(NotPrivate, match=f"belongs to nobody, not to root; .*`sudo chown -R root {shared}/ours`"):
        private_directory(shared / "ours")
    assert (shared / "ours").stat().st_uid == 65534


@as_root
def test_a_directory_below_another_accounts_is_refused(shared: Path) -> None:
    (shared / "theirs").mkdir()
    os.chown(shared / "theirs", 65534, 65534)
    with pytest.raises(NotPrivate, match="choose a directory of your own"):
        private_directory(shared / "theirs" / "ours")


@as_root
def test_a_parent_that_is_another_accounts_link_is_refused(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (shared / "link").symlink_to(tmp_path / "target")
    os.lchown(shared / "link", 65534, 65534)
    with pytest.raises(NotPrivate, match="choose a directory of your own"):
        private_directory(shared / "link" / "ours")


def test_a_parent_in_which_others_could_exchange_it_is_refused_with_a_command(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(NotPrivate, match=f"`chmod go-w {tmp_path}/open`"):
        private_directory(tmp_path / "open" / "ours")


@as_root
def test_another_accounts_directory_belongs_to_it_from_then_on(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    for _ in range(2):
        made = private_directory(tmp_path / "theirs", owner=nobody)
        assert (made.stat().st_uid, made.stat().st_gid, _mode(made)) == (nobody.pw_uid, nobody.pw_gid, 0o700)


@as_root
def test_a_link_to_something_of_roots_is_not_given_to_another_account(shared: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (shared / "theirs").symlink_to(target)
    with pytest.raises(NotPrivate):
        private_directory(shared / "theirs", owner=pwd.getpwnam("nobody"))
    assert target.stat().st_uid == 0


def test_sockets_lie_in_the_directory_itself_where_their_paths_fit(tmp_path_factory: pytest.TempPathFactory) -> None:
    short = tmp_path_factory.mktemp("s") / "sockets"
    assert socket_directory(short) == short


def test_sockets_of_a_deep_directory_lie_in_a_private_one_that_is_found_again(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    made = socket_directory(deep)
    assert len(str(made)) < 40
    assert _mode(made) == 0o700
    assert socket_directory(deep) == made
    remove_socket_directory(deep)
    assert not made.exists()
    assert not deep.exists()


def test_what_took_the_place_of_a_deep_directorys_sockets_is_left_alone(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    before = socket_directory(deep)
    before.rmdir()
    before.symlink_to(tmp_path)
    try:
        after = socket_directory(deep)
        assert after != before
        assert _mode(after) == 0o700
    finally:
        before.unlink()
        remove_socket_directory(deep)
    assert tmp_path.exists()
