"""
The statements that make the application's roles, run by an administrator as weak as Azure's.

Since PostgreSQL 16 whoever creates a role does not get to SET it, which a superuser would hide.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.integration.postgres.conftest import Connect

_APP_PASSWORD = "Application-1"


@pytest.fixture
def application(connect: Connect, database: str) -> psycopg.Connection[Any]:
    """A connection as the application's login, made by the recipe."""
    administrator = connect(dbname=database)
    owner, login = f"{database}_owner", f"{database}_a"
    for statement in (
        f"CREATE ROLE {owner} NOLOGIN",
        f"CREATE ROLE {login} LOGIN PASSWORD '{_APP_PASSWORD}'",
        f"GRANT {owner} TO {login}",
        f"GRANT {owner} TO CURRENT_USER WITH SET TRUE, INHERIT FALSE",
        f"CREATE SCHEMA app AUTHORIZATION {owner}",
        f"ALTER ROLE {login} SET role = {owner}",
        f"ALTER ROLE {login} IN DATABASE {database} SET search_path = app, public",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}",
        f"REVOKE SET OPTION FOR {owner} FROM CURRENT_USER",
    ):
        administrator.execute(statement)
    return connect(user=login, password=_APP_PASSWORD, dbname=database)


def test_the_obvious_way_fails_as_on_azure(connect: Connect, database: str) -> None:
    administrator = connect(dbname=database)
    administrator.execute(f"CREATE ROLE {database}_plain NOLOGIN")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be able to SET ROLE"):
        administrator.execute(f"CREATE SCHEMA app AUTHORIZATION {database}_plain")


def test_the_application_makes_tables_that_the_owner_role_owns(
    application: psycopg.Connection[Any], database: str
) -> None:
    application.execute("CREATE TABLE note (id int)")
    owner = application.execute("SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'note'")
    assert owner.fetchone() == ("app", f"{database}_owner")


@pytest.mark.parametrize(
    "statement",
    ["CREATE ROLE x", "CREATE DATABASE x", "CREATE TABLE public.x (id int)", "SELECT * FROM pg_authid"],
)
def test_the_application_is_denied_everything_else(application: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)


def test_the_application_cannot_connect_to_another_database_it_was_not_given(
    application: psycopg.Connection[Any], connect: Connect, database: str
) -> None:
    connect().execute(f"CREATE DATABASE {database}_other")
    connect().execute(f"REVOKE ALL ON DATABASE {database}_other FROM PUBLIC")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(user=f"{database}_a", password=_APP_PASSWORD, dbname=f"{database}_other")
    connect().execute(f"DROP DATABASE {database}_other")
