"""The container that makes the application's roles, run as it is declared, against a real server with Azure's weak administrator."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from infra.components.data.database_roles import DatabaseRolesArgs, roles_container, scram_verifier
from infra.config.sections.azure import DatabaseSection
from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.services.postgres.backend.server import PostgresServer
from tests.integration.postgres.conftest import LOGIN, PASSWORD, Connect, State

_PASSWORDS = {"a": "a" * 40, "b": "b" * 40, "migrator": "m" * 40}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def args(database: str, server: PostgresServer, state: State) -> DatabaseRolesArgs:
    return DatabaseRolesArgs(
        host="localhost",
        port=server.port,
        database=database,
        # Not checked: names of test databases and logins are not those of a stack.
        config=DatabaseSection().model_copy(
            update={"name": database, "administrator": LOGIN, "root_certificate": str(state.ca.ca_file)}
        ),
    )


@pytest.fixture
def run(args: DatabaseRolesArgs) -> Run:
    """Runs the container's command with its variables; secrets come as the platform would give them."""

    def run(
        *, passwords: dict[str, str] | None = None, extensions: tuple[str, ...] = (), **changes: Any
    ) -> subprocess.CompletedProcess[str]:
        config = args.config.model_copy(update={"extensions": extensions, **changes})
        container = roles_container(dataclasses.replace(args, config=config), secrets={})
        verifiers = {
            f"VERIFIER_{login.upper()}": scram_verifier(password)
            for login, password in (passwords or _PASSWORDS).items()
        }
        environment = {name: str(value) for name, value in container.env.items()}
        path = f"{find_postgres()}:{os.environ['PATH']}"
        return subprocess.run(
            [*container.command, *container.args],
            env={**environment, **verifiers, "PGPASSWORD": PASSWORD, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def _sign_in(connect: Connect, database: str, login: str, password: str | None = None) -> psycopg.Connection[Any]:
    return connect(user=f"{database}_{login}", password=password or _PASSWORDS[login], dbname=database)


def test_both_logins_share_what_either_makes(run: Run, connect: Connect, database: str) -> None:
    assert run().returncode == 0
    _sign_in(connect, database, "a").execute("CREATE TABLE note (text text)")
    other = _sign_in(connect, database, "b")
    other.execute("ALTER TABLE note ADD COLUMN number int")
    other.execute("INSERT INTO note VALUES ('text', 1)")
    owner = other.execute("SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'note'").fetchone()
    assert owner == ("app", f"{database}_owner")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE x",
        "CREATE DATABASE x",
        "CREATE TABLE public.x (id int)",
        "CREATE SCHEMA x",
        "SELECT * FROM pg_authid",
    ],
)
def test_the_logins_may_do_nothing_else(run: Run, connect: Connect, database: str, statement: str) -> None:
    run()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _sign_in(connect, database, "a").execute(statement)


def test_running_it_again_changes_nothing_and_keeps_the_data(run: Run, connect: Connect, database: str) -> None:
    run()
    _sign_in(connect, database, "a").execute("CREATE TABLE note (text text)")
    again = run()
    assert again.returncode == 0, again.stderr
    assert _sign_in(connect, database, "b").execute("SELECT count(*) FROM note").fetchone() == (0,)


def test_replicas_that_start_together_take_turns(run: Run, connect: Connect, database: str) -> None:
    with ThreadPoolExecutor(4) as together:
        results = list(together.map(lambda _: run(), range(4)))
    assert [each.returncode for each in results] == [0] * 4, [each.stderr for each in results]
    _sign_in(connect, database, "a")


def test_a_new_password_takes_the_place_of_the_old(run: Run, connect: Connect, database: str) -> None:
    run()
    assert run(passwords={**_PASSWORDS, "b": "n" * 40}).returncode == 0
    _sign_in(connect, database, "b", "n" * 40)
    _sign_in(connect, database, "a")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _sign_in(connect, database, "b")


def test_what_was_granted_by_hand_is_taken_back(run: Run, connect: Connect, database: str) -> None:
    run()
    administrator = connect(dbname=database)
    administrator.execute(f"CREATE ROLE {database}_other NOLOGIN")
    administrator.execute(f"GRANT {database}_other TO {database}_a")
    administrator.execute(f"ALTER ROLE {database}_a CREATEDB")
    assert run().returncode == 0
    found = administrator.execute(
        "SELECT rolcreatedb, pg_has_role(rolname, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        (f"{database}_other", f"{database}_a"),
    )
    assert found.fetchone() == (False, False)


def test_the_administrator_is_left_without_the_right_to_become_the_owner(
    run: Run, connect: Connect, database: str
) -> None:
    run()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(dbname=database).execute(f"SET ROLE {database}_owner")


def test_nobody_else_may_connect(run: Run, connect: Connect, database: str) -> None:
    run()
    connect(dbname=database).execute(f"CREATE ROLE {database}_stranger LOGIN PASSWORD 'Stranger-1'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        _sign_in(connect, database, "stranger", "Stranger-1")


def test_a_separate_migrator_alone_changes_the_schema(run: Run, connect: Connect, database: str) -> None:
    done = run(separate_migrator=True)
    assert done.returncode == 0, done.stderr
    _sign_in(connect, database, "migrator").execute("CREATE TABLE note (id serial, text text)")
    application = _sign_in(connect, database, "a")
    application.execute("INSERT INTO note (text) VALUES ('text')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("ALTER TABLE note ADD COLUMN number int")


def test_a_migrator_can_be_separated_later(run: Run, connect: Connect, database: str) -> None:
    run()
    _sign_in(connect, database, "a").execute("CREATE TABLE note (id serial, text text)")
    assert run(separate_migrator=True).returncode == 0
    application = _sign_in(connect, database, "b")
    application.execute("INSERT INTO note (text) VALUES ('text')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("DROP TABLE note")


def test_extensions_are_there_for_the_application(
    run: Run, connect: Connect, server: PostgresServer, database: str
) -> None:
    server.set_configuration("azure.extensions", "PG_TRGM")
    done = run(extensions=("pg_trgm",))
    assert done.returncode == 0, done.stderr
    found = _sign_in(connect, database, "a").execute("SELECT similarity('word', 'word')")
    assert found.fetchone() == (1.0,)


def test_a_failure_changes_nothing_and_shows_no_password(run: Run, connect: Connect, database: str) -> None:
    failed = run(extensions=("no_such_extension",))
    assert failed.returncode != 0
    assert "no_such_extension" in failed.stderr
    assert not any(text in failed.stdout + failed.stderr for text in (PASSWORD, "SCRAM-SHA-256", *_PASSWORDS.values()))
    found = connect().execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE %s", (f"{database}%",))
    assert found.fetchone() == (0,)
