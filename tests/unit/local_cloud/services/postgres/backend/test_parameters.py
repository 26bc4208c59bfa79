"""Server parameters are taken and refused as Azure does."""

from __future__ import annotations

import pytest

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.postgres.backend.parameters import Parameter, built_in, check_name, check_value, of_server

WORK_MEM = of_server(("work_mem", "integer", "4096", "64", "2147483647", None, "user"))
COST = of_server(("random_page_cost", "real", "4", "0", "1.79769e+308", None, "user"))
AUTOVACUUM = of_server(("autovacuum", "bool", "on", None, None, None, "sighup"))
STATEMENTS = of_server(("log_statement", "enum", "none", None, None, ["none", "ddl", "mod", "all"], "superuser"))
CONNECTIONS = of_server(("max_connections", "integer", "100", "1", "262143", None, "postmaster"))
SEARCH_PATH = of_server(("search_path", "string", '"$user", public', None, None, None, "user"))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (WORK_MEM, "64"),
        (WORK_MEM, "2147483647"),
        (COST, "1.1"),
        (AUTOVACUUM, "off"),
        (STATEMENTS, "ddl"),
        (SEARCH_PATH, "app, public"),
    ],
)
def test_a_fitting_value_is_taken_as_it_is(parameter: Parameter, value: str) -> None:
    assert check_value(parameter, value, "17") == value


def test_booleans_may_be_written_in_capitals() -> None:
    assert check_value(AUTOVACUUM, "OFF", "17") == "off"


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (WORK_MEM, "63"),
        (WORK_MEM, "2147483648"),
        (WORK_MEM, "4MB"),
        (WORK_MEM, "1.5"),
        (WORK_MEM, ""),
        (COST, "cheap"),
        (AUTOVACUUM, "yes"),
        (STATEMENTS, "some"),
        (SEARCH_PATH, "a\0b"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(parameter: Parameter, value: str) -> None:
    with pytest.raises(CloudRefusal) as refused:
        check_value(parameter, value, "17")
    assert refused.value.code == "InvalidParameterValue"
    assert parameter.name in str(refused.value)


def test_the_refusal_tells_what_is_allowed() -> None:
    with pytest.raises(CloudRefusal, match=r"Allowed values: none,ddl,mod,all\."):
        check_value(STATEMENTS, "some", "17")


@pytest.mark.parametrize("name", ["fsync", "listen_addresses", "ssl", "archive_command", "port"])
def test_what_azure_keeps_to_itself_is_read_only(name: str) -> None:
    parameter = of_server((name, "string", "", None, None, None, "sighup"))
    with pytest.raises(CloudRefusal, match="read-only for server version 17") as refused:
        check_value(parameter, "x", "17")
    assert refused.value.code == "ConfigurationReadOnly"


def test_what_needs_a_restart_is_not_dynamic() -> None:
    assert not CONNECTIONS.dynamic
    assert WORK_MEM.dynamic


@pytest.mark.parametrize("name", ["pgbouncer.enabled", "azure.accepted_password_auth_method", "pgaudit.log"])
def test_what_nothing_here_could_obey_is_recorded_only(name: str) -> None:
    parameter = built_in(name)
    assert parameter is not None
    assert parameter.recorded_only


def test_the_allow_list_of_extensions_is_more_than_recorded() -> None:
    parameter = built_in("azure.extensions")
    assert parameter is not None
    assert not parameter.recorded_only
    assert check_value(parameter, "PG_TRGM,UUID-OSSP, HSTORE", "17") == "PG_TRGM,UUID-OSSP, HSTORE"


def test_an_allow_list_with_something_else_in_it_is_refused() -> None:
    parameter = built_in("azure.extensions")
    assert parameter is not None
    with pytest.raises(CloudRefusal):
        check_value(parameter, "PG_TRGM; DROP TABLE x", "17")


def test_secure_transport_is_required_by_default() -> None:
    parameter = built_in("require_secure_transport")
    assert parameter is not None
    assert parameter.default == "on"


@pytest.mark.parametrize("name", ["", "a b", 'x"y', "a.b.c", "1a"])
def test_what_is_no_name_does_not_exist(name: str) -> None:
    with pytest.raises(CloudRefusal, match="does not exist for PostgreSQL server version 17"):
        check_name(name, "17")
