"""
PostgreSQL's administrator is a secret of the stack, and whoever has it must not become the account of the server.

Every attack here is the administrator's, on a real server: traps under the names that the operator asks for, found first.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.services.postgres.backend.administration import MAINTENANCE, TEMPLATE
from local_cloud.services.postgres.backend.server import PostgresServer
from tests.integration.postgres.conftest import LOGIN, PASSWORD, Connect

# Makes the administrator a superuser where a superuser runs it, and says so either way.
_TRAP = """
CREATE SCHEMA trap;
GRANT USAGE ON SCHEMA trap TO PUBLIC;
CREATE FUNCTION trap.take() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $body$
BEGIN
  EXECUTE 'ALTER ROLE ecent_admin SUPERUSER';
  RETURN true;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN false;
END
$body$;
CREATE VIEW trap.pg_database AS
  SELECT 'x'::name AS datname, 6 AS encoding, 'C' AS datlocale, 'C' AS datcollate, false AS datistemplate, 10::oid AS datdba
  WHERE trap.take() IS NOT NULL;
CREATE VIEW trap.pg_roles AS SELECT 'x'::name AS rolname, true AS rolsuper WHERE trap.take() IS NOT NULL;
CREATE VIEW trap.pg_settings AS SELECT * FROM pg_catalog.pg_settings WHERE trap.take() IS NOT NULL;
CREATE VIEW trap.pg_config AS SELECT * FROM pg_catalog.pg_config() WHERE trap.take() IS NOT NULL;
CREATE FUNCTION trap.lower(text) RETURNS text LANGUAGE sql AS 'SELECT pg_catalog.lower($1) WHERE trap.take() IS NOT NULL';
CREATE FUNCTION trap.pg_conf_load_time() RETURNS timestamptz LANGUAGE sql
  AS 'SELECT pg_catalog.pg_conf_load_time() WHERE trap.take() IS NOT NULL';
CREATE FUNCTION trap.equal(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.take()';
CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = text, FUNCTION = trap.equal);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA trap TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA trap TO PUBLIC;
"""


@pytest.fixture
def set_trap(connect: Connect) -> Iterator[Any]:
    """Sets the trap in a database, as its default for everyone who connects."""
    databases: list[str] = []

    def set_trap(database: str) -> None:
        databases.append(database)
        connection = connect(dbname=database)
        connection.execute(_TRAP)
        connection.execute(f"ALTER DATABASE {database} SET search_path = trap, pg_catalog")

    yield set_trap
    for database in databases:
        connection = connect(dbname=database)
        connection.execute(f"ALTER DATABASE {database} RESET ALL")
        connection.execute("DROP SCHEMA trap CASCADE")


@pytest.fixture
def stays_weak(server: PostgresServer, connect: Connect) -> Iterator[None]:
    """Afterwards the administrator is what it was."""
    yield
    [(is_superuser,)] = connect(options="-c search_path=pg_catalog").execute(
        "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"
    )
    if is_superuser:
        connect(options="-c search_path=pg_catalog").execute(f"ALTER ROLE {LOGIN} NOSUPERUSER")
    assert not is_superuser


def _operate(server: PostgresServer, database: str) -> None:
    """Everything that we ask a server."""
    for operation in (
        server.databases,
        lambda: server.create_database(database),
        lambda: server.configuration("work_mem"),
        lambda: server.configuration("pg_trgm.similarity_threshold"),
        lambda: server.set_configuration("work_mem", "8192"),
        lambda: server.set_configuration("shared_preload_libraries", "pg_stat_statements"),
        lambda: server.reset_configuration("shared_preload_libraries"),
        lambda: server.reset_configuration("work_mem"),
        lambda: server.apply(login=LOGIN, version="17", password=PASSWORD),
        lambda: server.set_password(PASSWORD),
        server.restart,
    ):
        with contextlib.suppress(Exception):  # whatever the trap does to an operation, it must gain nothing
            operation()


@pytest.mark.usefixtures("stays_weak")
def test_a_trap_in_the_database_postgres_catches_nobody(server: PostgresServer, database: str, set_trap: Any) -> None:
    set_trap("postgres")
    _operate(server, database)


@pytest.mark.usefixtures("stays_weak")
def test_a_trap_in_the_applications_database_catches_nobody(
    server: PostgresServer, database: str, set_trap: Any
) -> None:
    set_trap(database)
    _operate(server, database)


@pytest.mark.usefixtures("stays_weak")
@pytest.mark.parametrize(
    "trap",
    [
        "CREATE TEMPORARY VIEW pg_roles AS SELECT true AS rolsuper, session_user AS rolname WHERE trap.take() IS NOT NULL",
        "CREATE TEMPORARY VIEW pg_file_settings AS SELECT 'x' AS setting, 'azure.extensions' AS name, 1 AS seqno "
        "WHERE trap.take() IS NOT NULL",
        "CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (trap.take() IS NOT NULL)",
    ],
)
def test_a_trap_among_the_sessions_temporary_objects_does_not_catch_the_check_of_extensions(
    connect: Connect, database: str, trap: str
) -> None:
    administrator = connect(dbname=database)
    administrator.execute(_TRAP)
    administrator.execute(trap)
    with contextlib.suppress(psycopg.Error):
        administrator.execute("CREATE EXTENSION citext WITH SCHEMA pg_catalog")
    with contextlib.suppress(psycopg.Error):
        administrator.execute("CREATE EXTENSION citext")


def test_what_is_set_for_a_database_does_not_hold_for_the_operator(
    server: PostgresServer, connect: Connect, database: str
) -> None:
    """A connection of ours to such a database is made here only."""
    for setting in ("search_path = trap", f"role = {LOGIN}"):
        connect().execute(f"ALTER DATABASE {database} SET {setting}")
    [shown] = server._administration.rows(
        "SELECT pg_catalog.current_setting('search_path'), current_user, pg_catalog.current_setting('event_triggers')",
        database=database,
    )
    assert shown == ("pg_catalog,pg_temp", "azuresu", "off")


def test_the_operator_works_in_no_database_of_the_administrators(
    server: PostgresServer, connect: Connect, database: str
) -> None:
    connect().execute(f"CREATE DATABASE {database}_theirs TEMPLATE template0")
    server.set_configuration("log_connections", "on")
    beginning = server.log_file.stat().st_size
    _operate(server, f"{database}_theirs")
    server.create_database(f"{database}_new")
    with server.log_file.open() as log:
        log.seek(beginning)
        visited = set(re.findall(r"connection authorized: user=azuresu database=(\w+)", log.read()))
    server.reset_configuration("log_connections")
    for made in (f"{database}_theirs", f"{database}_new"):
        server.delete_database(made)
    assert visited == {MAINTENANCE, TEMPLATE, f"{database}_new"}  # the last one before it was handed over


def test_a_new_database_is_the_administrators_only_with_the_check_in_it(
    server: PostgresServer, connect: Connect, database: str
) -> None:
    shown = connect(dbname=database).execute("SELECT evtname, evtowner::regrole::text FROM pg_event_trigger")
    assert shown.fetchall() == [("azure_check_extension", "azuresu")]


@pytest.mark.parametrize(
    "statement",
    [
        f"ALTER DATABASE {MAINTENANCE} SET search_path = trap",
        f"ALTER ROLE {LOGIN} IN DATABASE {MAINTENANCE} SET search_path = trap; ALTER ROLE azuresu SET search_path = trap",
        f"DROP DATABASE {MAINTENANCE}",
        f"GRANT CONNECT ON DATABASE {MAINTENANCE} TO {LOGIN}",
        f"CREATE DATABASE copied TEMPLATE {MAINTENANCE}",
        "CREATE EVENT TRIGGER trap ON login EXECUTE FUNCTION trap.take()",
        "ALTER ROLE azure_extension_guard LOGIN",
        f"GRANT azure_extension_guard TO {LOGIN}",
    ],
)
def test_the_administrator_cannot_set_up_the_operators_database(connect: Connect, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect().execute(statement)


def test_the_administrator_cannot_connect_to_the_operators_database(connect: Connect) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(dbname=MAINTENANCE)


def test_the_operators_database_is_not_among_the_servers_and_cannot_be_deleted(server: PostgresServer) -> None:
    assert server.database(MAINTENANCE) is None
    with pytest.raises(BackendError, match="part of the server"):
        server.delete_database(MAINTENANCE)


def test_a_database_that_has_the_name_of_the_operators_is_not_taken_for_it(
    server: PostgresServer, connect: Connect
) -> None:
    server._administration.execute(f"ALTER DATABASE {MAINTENANCE} RENAME TO away", database=TEMPLATE)
    connect().execute(f"CREATE DATABASE {MAINTENANCE}")
    try:
        with pytest.raises(BackendError, match=f"{MAINTENANCE} belongs to {LOGIN}.*RENAME"):
            server.restart()
    finally:
        connect().execute(f"DROP DATABASE {MAINTENANCE}")
        server._administration.execute(f"ALTER DATABASE away RENAME TO {MAINTENANCE}", database=TEMPLATE)
        server.restart()


_EARLIER_CHECK = """
ALTER FUNCTION azure.check_extension() OWNER TO azuresu;
ALTER FUNCTION azure.check_extension() SET search_path = pg_catalog;
"""


def test_a_database_of_an_earlier_version_gets_the_check_that_cannot_be_trapped(
    server: PostgresServer, connect: Connect, database: str
) -> None:
    server._administration.execute(_EARLIER_CHECK, database=database)
    server.record.allow_list = 1
    server.restart()
    shown = connect(dbname=database).execute(
        "SELECT proowner::regrole::text, proconfig FROM pg_proc WHERE proname = 'check_extension'"
    )
    assert shown.fetchone() == ("azure_extension_guard", ["search_path=pg_catalog, pg_temp"])
    assert server.record.allow_list > 1


def test_a_check_that_the_administrator_wrote_stays_the_administrators(
    server: PostgresServer, connect: Connect, database: str
) -> None:
    theirs = f"{database}_theirs"
    connect().execute(f"CREATE DATABASE {theirs} TEMPLATE template0")
    connection = connect(dbname=theirs)
    connection.execute("CREATE SCHEMA azure")
    connection.execute(
        "CREATE FUNCTION azure.check_extension() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE $$mine$$; END'"
    )
    server.record.allow_list = 1
    server.restart()
    server.create_database(theirs)
    shown = connect(dbname=theirs).execute(
        "SELECT proowner::regrole::text, (SELECT count(*) FROM pg_event_trigger) FROM pg_proc WHERE proname = 'check_extension'"
    )
    assert shown.fetchone() == (LOGIN, 0)
    server.delete_database(theirs)
