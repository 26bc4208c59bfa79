"""Files are written into a directory in which the server's account may have made anything."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud.runtime.files.private_files import NotRegular
from local_cloud.services.postgres.backend.cluster import Cluster
from local_cloud.services.postgres.backend.places import Places


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of ours that the server's account may not read, nor have written."""
    file = tmp_path / "secret"
    file.write_text("4711\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    places = Places("nobody" if os.geteuid() == 0 else None)
    for name in ("data", "sockets"):
        (tmp_path / name).mkdir()
    return Cluster(places, tmp_path, tmp_path / "data", tmp_path / "sockets")


@pytest.mark.parametrize("name", ["postgresql.conf", ".postgresql.conf.new"])
@pytest.mark.parametrize("plant", [Path.symlink_to, Path.hardlink_to])
def test_a_planted_link_is_replaced_and_its_target_stays_ours(
    cluster: Cluster, secret: Path, name: str, plant: Callable[[Path, Path], None]
) -> None:
    before = secret.stat()
    plant(cluster.data / name, secret)
    cluster.write("postgresql.conf", "port = '1'\n")
    after = secret.stat()
    assert (after.st_uid, after.st_mode, secret.read_text()) == (before.st_uid, before.st_mode, "4711\n")
    written = (cluster.data / "postgresql.conf").lstat()
    assert stat.S_ISREG(written.st_mode)
    assert stat.S_IMODE(written.st_mode) == 0o600
    if os.geteuid() == 0:
        assert written.st_uid == pwd.getpwnam("nobody").pw_uid


def test_a_planted_link_is_not_read(cluster: Cluster, secret: Path) -> None:
    (cluster.data / "postgresql.auto.conf").symlink_to(secret)
    with pytest.raises(NotRegular):
        cluster.read("postgresql.auto.conf")


@pytest.mark.parametrize("where", ["data/postmaster.pid", "sockets/.s.PGSQL.1.lock"])
def test_a_planted_fifo_in_the_place_of_a_lock_does_not_block_the_start(cluster: Cluster, where: str) -> None:
    planted = cluster.data.parent / where
    os.mkfifo(planted)
    cluster.forget_dead_server()
    assert not planted.exists()


@pytest.mark.parametrize("where", ["data/postmaster.pid", "sockets/.s.PGSQL.1.lock"])
def test_a_planted_link_in_the_place_of_a_lock_goes_and_its_target_stays(
    cluster: Cluster, secret: Path, where: str
) -> None:
    planted = cluster.data.parent / where
    planted.symlink_to(secret)
    cluster.forget_dead_server()
    assert not planted.is_symlink()
    assert secret.exists()


def test_a_directory_behind_a_planted_link_survives_the_next_try_to_initialise(
    cluster: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (cluster.data / "base").symlink_to(tmp_path / "kept")
    with pytest.raises(OSError, match="initdb"):  # there is none here
        cluster.initialise()
    assert (tmp_path / "kept" / "file").exists()
    assert list(cluster.data.iterdir()) == []
