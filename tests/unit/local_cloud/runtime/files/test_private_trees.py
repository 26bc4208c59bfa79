"""A directory that a version before left open to others is closed with everything in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud.runtime.files.private_directories import NotPrivate
from local_cloud.runtime.files.private_trees import private_tree, require_private_tree

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another account")


def _modes(directory: Path) -> dict[str, int]:
    return {str(path.relative_to(directory)): stat.S_IMODE(path.lstat().st_mode) for path in directory.rglob("*")}


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A state directory as the version before left it."""
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    for name in ("ca", "edge/locks", "key-vault"):
        (state / name).mkdir(parents=True)
    for file, mode in {"settings.json": 0o644, "edge/caddy.json": 0o664, "edge/run": 0o755, "ca/key": 0o600}.items():
        (state / file).touch()
        (state / file).chmod(mode)
    for path in state.rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    return state


def test_a_new_one_is_ours_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(private_tree(tmp_path / "state").stat().st_mode) == 0o700


def test_everything_in_an_open_one_is_closed(before: Path) -> None:
    private_tree(before)
    assert _modes(before) == {
        "ca": 0o700,
        "ca/key": 0o600,
        "edge": 0o700,
        "edge/caddy.json": 0o600,
        "edge/locks": 0o700,
        "edge/run": 0o700,
        "key-vault": 0o700,
        "settings.json": 0o600,
    }


def test_what_a_link_in_it_leads_to_stays_as_it_is(before: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").touch()
    for path in (outside, outside / "file"):
        path.chmod(0o755)
    (before / "directory").symlink_to(outside)
    (before / "edge" / "file").symlink_to(outside / "file")
    private_tree(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (outside, outside / "file")] == [0o755, 0o755]


def test_a_fifo_further_down_does_not_block(before: Path) -> None:
    os.mkfifo(before / "edge" / "fifo")
    private_tree(before)


def test_a_fifo_in_the_place_of_a_file_is_refused(before: Path) -> None:
    os.mkfifo(before / "address.json")
    for use in (private_tree, require_private_tree):
        with pytest.raises(NotPrivate, match=f"is a FIFO, .*`rm {before}/address.json`"):
            use(before)


@as_root
@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_what_another_account_put_in_the_place_of_a_file_is_refused(before: Path, make: Callable[[Path], None]) -> None:
    make(before / "address.json")
    os.lchown(before / "address.json", 65534, 65534)
    for use in (private_tree, require_private_tree):
        with pytest.raises(NotPrivate, match="belongs to nobody, not to root"):
            use(before)


@as_root
def test_what_belongs_to_another_account_stays_as_it_is(before: Path) -> None:
    (before / "edge" / "theirs").mkdir(mode=0o755)
    (before / "edge" / "theirs").chmod(0o755)
    os.chown(before / "edge" / "theirs", 65534, 65534)
    private_tree(before)
    assert _modes(before)["edge/theirs"] == 0o755


def test_an_interrupted_run_goes_on_at_the_next_start(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    chmod = Path.chmod

    def some(path: Path, mode: int) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(path)
        chmod(path, mode)

    monkeypatch.setattr(Path, "chmod", some)
    with pytest.raises(KeyboardInterrupt):
        private_tree(before)
    monkeypatch.undo()
    private_tree(before)
    assert not {mode & 0o077 for mode in _modes(before).values()} - {0}


def test_a_link_of_ours_to_another_disk_is_followed(before: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(before)
    assert private_tree(tmp_path / "link") == before
    require_private_tree(tmp_path / "link")


@as_root
def test_a_link_of_another_account_is_not(before: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(before)
    os.lchown(tmp_path / "link", 65534, 65534)
    for use in (private_tree, require_private_tree):
        with pytest.raises(NotPrivate, match="is a link"):
            use(tmp_path / "link")


@pytest.mark.parametrize("mode", [0o777, 0o702])
def test_one_that_others_can_write_is_refused_with_the_command_that_closes_it(before: Path, mode: int) -> None:
    before.chmod(mode)
    for use in (private_tree, require_private_tree):
        with pytest.raises(NotPrivate, match=f"run `chmod 700 {before}` and try again"):
            use(before)
    assert _modes(before)["ca"] == 0o755


@as_root
def test_one_of_another_account_is_refused_with_the_command_that_gives_it(before: Path) -> None:
    os.chown(before, 65534, 65534)
    for use in (private_tree, require_private_tree):
        with pytest.raises(NotPrivate, match=f"`sudo chown -R root {before}`"):
            use(before)


@pytest.mark.parametrize("stand_in", [os.mkfifo, Path.touch])
def test_what_is_no_directory_is_refused(tmp_path: Path, stand_in: object) -> None:
    assert callable(stand_in)
    stand_in(tmp_path / "state")
    for use in (private_tree, require_private_tree):
        with pytest.raises(NotPrivate, match="is not a directory"):
            use(tmp_path / "state")


def test_requiring_changes_nothing(before: Path, tmp_path: Path) -> None:
    modes = _modes(before)
    before.chmod(0o755)
    require_private_tree(before)
    require_private_tree(tmp_path / "none")
    assert _modes(before) == modes
    assert not (tmp_path / "none").exists()
