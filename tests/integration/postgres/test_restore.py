"""A server is restored to a point in time from backups of PostgreSQL's own."""

from __future__ import annotations

import datetime as dt
import stat
import time
from collections.abc import Iterator

import psycopg
import pytest

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.postgres.backend.server import PostgresServer
from local_cloud.services.postgres.backend.servers import PostgresServers
from tests.integration.postgres.conftest import LOGIN, PASSWORD, State

LIMIT_MB = 64
OTHER_PASSWORD = "Another-Horse-2"
Restorable = tuple[PostgresServers, PostgresServer, dt.datetime]


@pytest.fixture(scope="module")
def servers(state: State) -> PostgresServers:
    return state.servers(backups_mb=LIMIT_MB)


@pytest.fixture(scope="module")
def source(servers: PostgresServers) -> PostgresServer:
    made = servers.server("source")
    made.apply(login=LOGIN, version="17", password=PASSWORD)
    made.create_database("app")
    servers.tend_backups()
    return made


@pytest.fixture(scope="module")
def moment(state: State, source: PostgresServer) -> dt.datetime:
    """A point in time with one row before it and one after it."""
    with state.connect(source, dbname="app") as connection:
        connection.execute("CREATE TABLE rows (word text)")
        connection.execute("INSERT INTO rows VALUES ('before')")
        time.sleep(0.05)
        moment = dt.datetime.now(dt.UTC)
        time.sleep(0.05)
        connection.execute("INSERT INTO rows VALUES ('after')")
    return moment


@pytest.fixture(scope="module")
def restorable(servers: PostgresServers, source: PostgresServer, moment: dt.datetime) -> Restorable:
    return servers, source, moment


@pytest.fixture
def restored(servers: PostgresServers, source: PostgresServer, moment: dt.datetime) -> Iterator[PostgresServer]:
    made = servers.server("restored")
    made.restore(source, moment, login=LOGIN, password=OTHER_PASSWORD)
    yield made
    made.delete()


def words(state: State, server: PostgresServer, password: str = PASSWORD) -> list[str]:
    with state.connect(server, dbname="app", password=password) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM rows ORDER BY word DESC")]


def test_rows_before_the_point_are_there_and_rows_after_it_are_not(
    state: State, source: PostgresServer, restored: PostgresServer
) -> None:
    assert words(state, restored, OTHER_PASSWORD) == ["before"]
    assert words(state, source) == ["before", "after"]


def test_the_administrators_password_is_the_new_servers_own(state: State, restored: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        state.connect(restored, password=PASSWORD)


def test_it_goes_on_by_itself_after_a_restart(state: State, restored: PostgresServer) -> None:
    with state.connect(restored, dbname="app", password=OTHER_PASSWORD) as connection:
        connection.execute("INSERT INTO rows VALUES ('anew')")
    restored.restart()
    assert words(state, restored, OTHER_PASSWORD) == ["before", "anew"]


def test_a_restored_server_is_a_source_itself(state: State, servers: PostgresServers, restored: PostgresServer) -> None:
    servers.tend_backups()
    moment = dt.datetime.now(dt.UTC)
    again = servers.server("again")
    again.restore(restored, moment, login=LOGIN, password=PASSWORD)
    assert words(state, again) == ["before"]
    again.delete()


def test_a_try_that_was_killed_is_made_again(
    state: State, servers: PostgresServers, source: PostgresServer, moment: dt.datetime
) -> None:
    half = servers.server("half")
    half.restore(source, moment, login=LOGIN, password=PASSWORD)
    (half.directory / "server.json").unlink()  # written last
    again = state.servers(backups_mb=LIMIT_MB).server("half")
    again.restore(source, moment, login=LOGIN, password=PASSWORD)
    assert words(state, again) == ["before"]
    again.delete()


@pytest.mark.parametrize(
    ("change", "login", "says"),
    [
        (dt.timedelta(days=1), LOGIN, "lies in the future"),
        (dt.timedelta(days=-1), LOGIN, "the earliest point is 20"),
        (dt.timedelta(0), "somebody_else", f"is its source's, '{LOGIN}'"),
    ],
)
def test_what_cannot_be_restored_is_refused(
    restorable: Restorable, change: dt.timedelta, login: str, says: str
) -> None:
    servers, source, moment = restorable
    with pytest.raises(CloudRefusal, match=says):
        servers.server("refused").restore(source, moment + change, login=login, password=PASSWORD)
    assert not servers.server("refused").exists


def test_a_source_that_is_not_there_is_refused(servers: PostgresServers, moment: dt.datetime) -> None:
    with pytest.raises(CloudRefusal, match="The source server 'nobody' does not exist"):
        servers.server("refused").restore(servers.server("nobody"), moment, login=LOGIN, password=PASSWORD)


def test_nothing_is_backed_up_unless_asked_for(state: State, server: PostgresServer) -> None:
    server.tend_backups()
    assert not (server.directory / "backups").exists()
    with state.connect(server) as connection:
        assert connection.execute("SHOW archive_mode").fetchone() == ("off",)


def test_backups_belong_to_the_server_alone(source: PostgresServer, moment: dt.datetime) -> None:
    assert moment
    root = source.backups.directory
    data = (source.directory / "data").resolve().stat()
    found = [root, *root.rglob("*")]
    assert len(found) > 3
    for path in found:
        kept = path.stat()
        assert stat.S_IMODE(kept.st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert kept.st_uid == data.st_uid, path


def test_backups_that_outgrow_their_size_begin_anew(state: State, servers: PostgresServers) -> None:
    full = state.servers(backups_mb=9).server("full")
    full.apply(login=LOGIN, version="17", password=PASSWORD)
    full.tend_backups()
    (first,) = full.backups.all()
    with state.connect(full) as connection:
        connection.execute("CREATE TABLE noise (text text)")
        for _ in range(6):
            connection.execute("INSERT INTO noise SELECT md5(random()::text) FROM generate_series(1, 60000)")
        connection.execute("DROP TABLE noise")
    full.record_for_restore(dt.datetime.now(dt.UTC))
    grown = full.backups.size_mb
    assert grown > 9
    full.tend_backups()
    (second,) = full.backups.all()
    assert second.taken > first.taken
    assert full.backups.size_mb < grown
    full.delete()
