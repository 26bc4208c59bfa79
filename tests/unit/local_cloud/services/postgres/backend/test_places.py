"""Another account's data and programs lie where it can reach them."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from local_cloud.services.postgres.backend.places import Places

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
