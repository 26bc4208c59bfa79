"""Server parameters are really set, and really taken back."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.postgres.backend.server import PostgresServer
from tests.integration.postgres.conftest import Connect
from tests.support.waiting import until


def _show(connect: Connect, name: str) -> str:
    row = connect().execute(f"SHOW {name}").fetchone()
    assert row is not None
    return str(row[0])


def test_a_dynamic_parameter_holds_without_a_restart(server: PostgresServer, connect: Connect) -> None:
    before = connect()
    found = server.set_configuration("work_mem", "8192")
    assert not found.restarted
    assert found.source == "user-override"
    assert _show(connect, "work_mem") == "8MB"
    assert before.execute("SELECT 1").fetchone() == (1,)


def test_a_static_parameter_holds_after_the_restart_it_takes(server: PostgresServer, connect: Connect) -> None:
    assert server.set_configuration("max_connections", "60").restarted
    assert _show(connect, "max_connections") == "60"


def test_a_reset_parameter_has_its_default_again(server: PostgresServer, connect: Connect) -> None:
    server.set_configuration("random_page_cost", "1.1")
    found = server.reset_configuration("random_page_cost")
    assert (found.value, found.source) == ("4", "system-default")
    assert _show(connect, "random_page_cost") == "4"


def test_clients_without_tls_come_in_when_it_is_not_required(server: PostgresServer, connect: Connect) -> None:
    server.set_configuration("require_secure_transport", "off")
    assert not connect(sslmode="disable").pgconn.ssl_in_use
    server.reset_configuration("require_secure_transport")
    with pytest.raises(psycopg.OperationalError):
        connect(sslmode="disable")


def test_the_minimum_tls_version_is_enforced(server: PostgresServer, connect: Connect) -> None:
    server.set_configuration("ssl_min_protocol_version", "TLSv1.3")
    try:
        connect()
        with pytest.raises(psycopg.OperationalError):
            connect(ssl_max_protocol_version="TLSv1.2")
    finally:
        server.reset_configuration("ssl_min_protocol_version")


def test_only_allow_listed_extensions_can_be_created(server: PostgresServer, connect: Connect, database: str) -> None:
    server.set_configuration("azure.extensions", "HSTORE,PG_TRGM")
    assert _show(connect, "azure.extensions") == "HSTORE,PG_TRGM"
    connection = connect(dbname=database)
    connection.execute("CREATE EXTENSION hstore")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match='"citext" is not allow-listed'):
        connection.execute("CREATE EXTENSION citext")


def test_a_user_cannot_widen_the_allow_list(server: PostgresServer, connect: Connect, database: str) -> None:
    server.set_configuration("azure.extensions", "HSTORE")
    connection = connect(dbname=database)
    connection.execute("SET azure.extensions = 'CITEXT'")
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        connection.execute("CREATE EXTENSION citext")


def test_the_allow_list_also_holds_in_databases_that_users_create(server: PostgresServer, connect: Connect) -> None:
    server.set_configuration("azure.extensions", "HSTORE")
    connect().execute("CREATE DATABASE by_user")
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        connect(dbname="by_user").execute("CREATE EXTENSION citext")
    server.delete_database("by_user")


def test_pgbouncers_settings_are_kept_and_said_to_be_only_that(server: PostgresServer) -> None:
    found = server.set_configuration("pgbouncer.enabled", "true")
    assert found.parameter.recorded_only
    assert server.configuration("pgbouncer.enabled").value == "true"


def _alter(server: PostgresServer, statement: LiteralString) -> None:
    """What somebody with the superuser's rights does to the server behind our back."""
    server._administration.execute(statement)
    server._administration.execute("SELECT pg_reload_conf()")


@pytest.mark.parametrize(
    ("statement", "value"),
    [("ALTER SYSTEM SET work_mem = '16MB'", "16384"), ("ALTER SYSTEM RESET work_mem", "4096")],
)
def test_a_parameter_is_told_as_the_server_has_it(server: PostgresServer, statement: LiteralString, value: str) -> None:
    server.set_configuration("work_mem", "8192")
    assert server.configuration_value("work_mem") == "8192"
    _alter(server, statement)
    until(lambda: server.configuration_value("work_mem") == value, "the reload")
    assert server.configuration("work_mem").value == value
    server.set_configuration("work_mem", "8192")
    assert server.configuration_value("work_mem") == "8192"
    server.reset_configuration("work_mem")
    assert server.configuration("work_mem").value == "4096"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("shared_preload_libraries", "pg_cron,pg_stat_statements"),
        ("search_path", "app, public"),
        ("azure.extensions", "HSTORE,PG_TRGM"),
        ("log_line_prefix", "it's %m "),
        ("DateStyle", "ISO, DMY"),
        ("require_secure_transport", "on"),
        ("pgbouncer.enabled", "true"),
    ],
)
def test_a_parameter_that_nobody_touched_is_told_as_it_was_set(server: PostgresServer, name: str, value: str) -> None:
    server.set_configuration(name, value)
    assert server.configuration_value(name) == value
    assert server.configuration(name).value == value
    assert server.configuration(name).overridden
    server.reset_configuration(name)


def test_libraries_that_are_not_here_do_not_keep_the_server_from_starting(
    server: PostgresServer, connect: Connect
) -> None:
    found = server.set_configuration("shared_preload_libraries", "pg_cron,pg_stat_statements")
    assert found.value == "pg_cron,pg_stat_statements"
    assert _show(connect, "shared_preload_libraries") == "pg_stat_statements"
    server.set_configuration("pg_stat_statements.track", "all")
    assert _show(connect, "pg_stat_statements.track") == "all"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("no_such_parameter", "1", "ConfigurationNotExists"),
        ("nonsense.parameter", "1", "ConfigurationNotExists"),
        ("fsync", "off", "ConfigurationReadOnly"),
        ("server_version", "18", "ConfigurationReadOnly"),
        ("work_mem", "8MB", "InvalidParameterValue"),
        ("timezone", "Mars/Olympus", "InvalidParameterValue"),
    ],
)
def test_what_azure_refuses_is_refused(server: PostgresServer, name: str, value: str, code: str) -> None:
    with pytest.raises(CloudRefusal) as refused:
        server.set_configuration(name, value)
    assert refused.value.code == code


def test_a_value_that_the_server_cannot_start_with_is_taken_back(server: PostgresServer, connect: Connect) -> None:
    server.set_configuration("shared_buffers", "16384")
    with pytest.raises(CloudRefusal, match="shared_buffers"):
        server.set_configuration("shared_buffers", "1073741823")
    assert server.configuration("shared_buffers").value == "16384"
    assert _show(connect, "shared_buffers") == "128MB"
