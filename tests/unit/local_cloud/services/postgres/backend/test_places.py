"""Another account's data and programs lie where it can reach them."""

from __future__ import annotations

import errno
import os
import pwd
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_directories import NotPrivate
from local_cloud.services.postgres.backend.places import Places

NOBODY = 65534

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another account")


def test_our_own_account_uses_the_state_directory_itself(tmp_path: Path) -> None:
    places = Places(None, tmp_path / "outside")
    assert places.data_directory(tmp_path / "state" / "data") == tmp_path / "state" / "data"
    assert not (tmp_path / "outside").exists()


def test_our_own_account_uses_the_programs_where_they_are(tmp_path: Path) -> None:
    assert Places(None).programs(tmp_path) == tmp_path


@as_root
def test_data_that_the_account_cannot_reach_lies_outside_with_a_link(tmp_path: Path) -> None:
    # pytest's own directories are closed to other accounts.
    places = Places("nobody", tmp_path / "outside")
    wanted = tmp_path / "state" / "data"
    data = places.data_directory(wanted)
    assert data.is_relative_to(tmp_path / "outside")
    assert wanted.resolve() == data
    assert data.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert data.stat().st_mode & 0o777 == 0o700
    assert places.data_directory(wanted) == data


@as_root
def test_what_an_earlier_owner_of_the_path_left_outside_is_removed(tmp_path: Path) -> None:
    places = Places("nobody", tmp_path / "outside")
    wanted = tmp_path / "state" / "data"
    (places.data_directory(wanted) / "old").touch()
    wanted.unlink()  # the state directory was deleted without us
    assert list(places.data_directory(wanted).iterdir()) == []


@as_root
def test_removing_data_also_removes_it_outside(tmp_path: Path) -> None:
    places = Places("nobody", tmp_path / "outside")
    data = places.data_directory(tmp_path / "data")
    places.remove_data_directory(tmp_path / "data")
    assert not data.exists()
    assert not (tmp_path / "data").is_symlink()


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_once(tmp_path: Path) -> None:
    (tmp_path / "pg" / "bin").mkdir(parents=True)
    (tmp_path / "pg" / "bin" / "postgres").write_text("program")
    places = Places("nobody", tmp_path / "outside")
    copy = places.programs(tmp_path / "pg" / "bin")
    assert copy.is_relative_to(tmp_path / "outside")
    assert (copy / "postgres").read_text() == "program"
    (copy / "mark").touch()
    assert (places.programs(tmp_path / "pg" / "bin") / "mark").exists()


@pytest.fixture
def outside() -> Iterator[Path]:
    """A place that other accounts reach, as `/var/lib/ignition` is."""
    with tempfile.TemporaryDirectory(prefix="ignition-test-", dir="/tmp") as outside:
        yield Path(outside)


@as_root
def test_data_outside_is_found_again_where_the_account_reaches_it(tmp_path: Path, outside: Path) -> None:
    places = Places("nobody", outside)
    data = places.data_directory(tmp_path / "data")
    (data / "kept").touch()
    assert places.data_directory(tmp_path / "data") == data
    assert (data / "kept").exists()


@as_root
def test_others_pass_through_to_what_is_theirs_and_make_nothing(tmp_path: Path, outside: Path) -> None:
    places = Places("nobody", outside)
    data = places.data_directory(tmp_path / "data")
    sockets = places.socket_directory(tmp_path / "data")
    for directory in (outside, data.parent, sockets.parent):
        found = directory.stat()
        assert (found.st_uid, found.st_mode & 0o777) == (0, 0o711), directory
    for directory in (data, sockets):
        found = directory.stat()
        assert (found.st_uid, found.st_mode & 0o777) == (NOBODY, 0o700), directory


@as_root
def test_data_that_lay_in_an_open_state_directory_moves_out_when_it_is_closed(outside: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="ignition-test-", dir="/tmp") as directory:
        state = Path(directory)
        state.chmod(0o755)
        (state / "postgres").mkdir(mode=0o755)
        wanted = state / "postgres" / "data"
        wanted.mkdir(mode=0o700)
        (wanted / "kept").touch()
        os.chown(wanted, NOBODY, NOBODY)
        state.chmod(0o700)
        data = Places("nobody", outside).data_directory(wanted)
        assert data.is_relative_to(outside)
        assert wanted.resolve() == data
        assert (data / "kept").exists()
        assert (data.stat().st_uid, data.stat().st_mode & 0o777) == (NOBODY, 0o700)


@as_root
def test_data_that_cannot_be_moved_is_left_with_the_commands_that_move_it(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tmp_path / "state" / "data"
    wanted.mkdir(parents=True)

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(BackendError, match=rf"`mv {wanted} {outside}/data/.*` and `ln -s "):
        Places("nobody", outside).data_directory(wanted)
    assert wanted.is_dir()


@as_root
@pytest.mark.parametrize("kind", ["data", "sockets"])
def test_a_link_in_the_place_of_the_accounts_directory_is_not_followed(
    tmp_path: Path, outside: Path, kind: str
) -> None:
    places = Places("nobody", outside)
    make = places.data_directory if kind == "data" else places.socket_directory
    made = make(tmp_path / "data")
    made.rmdir()
    target = tmp_path / "roots"
    target.mkdir(mode=0o755)
    made.symlink_to(target)
    with pytest.raises(NotPrivate, match="is a link"):
        make(tmp_path / "data")
    assert target.stat().st_uid == 0


@as_root
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, Path.touch])
def test_what_another_account_made_beforehand_is_not_taken(
    tmp_path: Path, outside: Path, make: Callable[[Path], None]
) -> None:
    """Only root makes anything there now; whoever could before must not profit from it."""
    places = Places("nobody", outside)
    made = places.socket_directory(tmp_path / "data")
    made.rmdir()
    make(made)
    os.chown(made, 1234, 1234)
    with pytest.raises(NotPrivate):
        places.socket_directory(tmp_path / "data")
    assert made.lstat().st_uid == 1234


@as_root
def test_a_place_outside_in_which_others_make_directories_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside").chmod(0o777)
    with pytest.raises(NotPrivate, match=f"chmod 711 {tmp_path}/outside"):
        Places("nobody", tmp_path / "outside").socket_directory(tmp_path / "data")


@as_root
def test_a_link_that_leads_elsewhere_is_not_taken_for_the_data(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotPrivate, match="leads to"):
        Places("nobody", outside).data_directory(tmp_path / "data")
    assert (tmp_path / "elsewhere").stat().st_uid == 0


def test_our_own_sockets_lie_below_the_state_directory_or_in_a_directory_with_a_random_name(tmp_path: Path) -> None:
    places = Places(None)
    near, far = tmp_path / "data", tmp_path / ("d" * 100) / "data"
    assert places.socket_directory(near) == tmp_path / "sockets" or len(str(tmp_path)) > 70
    sockets = places.socket_directory(far)
    assert len(str(sockets)) < 40
    places.remove_data_directory(far)
    assert not sockets.exists()
