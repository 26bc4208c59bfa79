"""A real server: what clients see, what the administrator may do, what is refused."""

from __future__ import annotations

import subprocess
import threading

import psycopg
import pytest

from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.postgres.backend.administration import SUPERUSER
from local_cloud.services.postgres.backend.roles import set_password
from local_cloud.services.postgres.backend.server import PostgresServer
from tests.integration.postgres.conftest import LOGIN, PASSWORD, Connect, State


def test_psycopg_connects_with_a_verified_certificate_and_scram(connect: Connect) -> None:
    connection = connect()
    assert connection.pgconn.ssl_in_use
    assert connection.info.server_version // 10_000 == 17


def test_psql_connects_with_a_verified_certificate(state: State, server: PostgresServer) -> None:
    url = f"postgresql://{LOGIN}@localhost:{server.port}/postgres?sslmode=verify-full&sslrootcert={state.ca.ca_file}"
    run = subprocess.run(
        [find_postgres() / "psql", url, "-Atc", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"],
        env={"PGPASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "t"


def test_a_client_that_trusts_another_authority_refuses_the_server(connect: Connect) -> None:
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        connect(sslrootcert="system")


def test_a_connection_without_tls_is_refused(connect: Connect) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        connect(sslmode="disable")


def test_a_wrong_password_is_refused(connect: Connect) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(password="Wrong-Horse-1")


def test_the_superuser_cannot_come_in_over_the_network_even_with_a_password(
    server: PostgresServer, connect: Connect
) -> None:
    set_password(server._administration, SUPERUSER, PASSWORD)
    with pytest.raises(psycopg.OperationalError, match=r"pg_hba\.conf rejects"):
        connect(user=SUPERUSER, password=PASSWORD)


def test_the_administrator_is_exactly_as_weak_as_azures(connect: Connect) -> None:
    row = (
        connect()
        .execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, pg_has_role('azure_pg_admin', 'MEMBER') "
            "FROM pg_roles WHERE rolname = current_user"
        )
        .fetchone()
    )
    assert row == (False, True, True, False, True)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE boss SUPERUSER",
        "ALTER SYSTEM SET work_mem = 8192",
        "SET ROLE azuresu",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('pg_hba.conf')",
        "CREATE EXTENSION file_fdw",
    ],
)
def test_the_administrator_is_refused_what_needs_a_superuser(connect: Connect, statement: str) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
        connect().execute(statement)


def test_a_database_belongs_to_the_administrators_role(connect: Connect, database: str) -> None:
    owner = connect().execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database])
    assert owner.fetchone() == ("azure_pg_admin",)
    connect(dbname=database).execute("CREATE SCHEMA app; CREATE TABLE app.t (id int)")


def test_databases_are_listed_as_they_were_asked_for(server: PostgresServer, database: str) -> None:
    found = server.database(database)
    assert found is not None
    assert (found.charset, found.collation) == ("UTF8", "en_US.utf8")
    assert server.database("nosuch") is None


def test_creating_a_database_again_keeps_what_is_in_it(server: PostgresServer, connect: Connect, database: str) -> None:
    connect(dbname=database).execute("CREATE TABLE kept (id int)")
    server.create_database(database)
    assert connect(dbname=database).execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_database_in_use_is_deleted_all_the_same(server: PostgresServer, connect: Connect) -> None:
    server.create_database("doomed")
    connect(dbname="doomed")
    server.delete_database("doomed")
    server.delete_database("doomed")
    assert server.database("doomed") is None


def test_another_charset_is_refused(server: PostgresServer) -> None:
    with pytest.raises(BackendError, match="charset LATIN1"):
        server.create_database("old", charset="LATIN1")


def test_another_major_version_is_refused_with_what_to_do(state: State) -> None:
    with pytest.raises(BackendError, match="set the version to 17"):
        state.servers().server("other").apply(login=LOGIN, version="18", password=PASSWORD)


def test_another_administrator_is_refused(server: PostgresServer) -> None:
    with pytest.raises(CloudRefusal, match="cannot be changed"):
        server.apply(login="someone_else", version="17", password=PASSWORD)


def test_reaching_the_same_state_again_keeps_the_process(server: PostgresServer, connect: Connect) -> None:
    started = "SELECT pg_postmaster_start_time()"
    before = connect().execute(started).fetchone()
    server.apply(login=LOGIN, version="17", password=PASSWORD)
    assert connect().execute(started).fetchone() == before


def test_a_changed_password_holds_at_once(server: PostgresServer, connect: Connect) -> None:
    server.set_password("Battery-Staple-2")
    try:
        with pytest.raises(psycopg.OperationalError):
            connect()
        connect(password="Battery-Staple-2")
    finally:
        server.set_password(PASSWORD)


def test_passwords_are_not_in_the_log_even_when_every_statement_is(server: PostgresServer) -> None:
    server.set_configuration("log_statement", "all")
    server.set_password("Battery-Staple-2")
    server.set_password(PASSWORD)
    server.reset_configuration("log_statement")
    log = server.log_file.read_text()
    assert "Battery-Staple-2" not in log
    assert "SCRAM-SHA-256$" not in log


def test_a_second_operation_is_refused_while_one_is_at_work(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    original = server._save

    def slow_save() -> None:
        at_work.set()
        go_on.wait()
        original()

    monkeypatch.setattr(server, "_save", slow_save)
    first = threading.Thread(target=server.set_configuration, args=("work_mem", "8192"))
    first.start()
    at_work.wait()
    try:
        with pytest.raises(CloudRefusal) as refused:
            server.set_configuration("autovacuum", "off")
    finally:
        go_on.set()
        first.join()
    assert refused.value.code == "ServerIsBusy"
    assert "while server 'ecent-test' is busy processing another operation" in str(refused.value)
    assert server.configuration("work_mem").value == "8192"
    server.reset_configuration("work_mem")


def test_a_server_that_does_not_answer_is_named_with_its_log(server: PostgresServer) -> None:
    server.stop()
    try:
        with pytest.raises(BackendError, match="the PostgreSQL server ecent-test does not answer") as failed:
            server.database("postgres")
        assert str(server.log_file) in str(failed.value)
    finally:
        server.start()


def test_a_stopped_server_refuses_changes_and_serves_again_when_started(
    server: PostgresServer, connect: Connect
) -> None:
    server.stop()
    try:
        with pytest.raises(CloudRefusal, match="is stopped"):
            server.set_configuration("work_mem", "8192")
    finally:
        server.start()
    assert connect().execute("SELECT 1").fetchone() == (1,)
