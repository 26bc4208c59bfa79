"""
Roles, databases and extensions as Azure gives them to its customers.

The administrator is no superuser: what it is refused on Azure, a grant that needs SET on a role say, it must be
refused here. It has CREATEDB and CREATEROLE and is a member of azure_pg_admin, which owns the databases. (Azure
documents REPLICATION for it too; nothing of the platform uses it, and weaker hides nothing.)
"""

from __future__ import annotations

import re

import psycopg
from psycopg import sql

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.postgres.backend.administration import Administration

ADMINISTRATORS = "azure_pg_admin"
_RESERVED_LOGINS = frozenset(
    ["azure_superuser", "azuresu", "azure_pg_admin", "admin", "administrator", "root", "guest", "public", "replication"]
)
_PASSWORD_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")

# Azure checks extensions against azure.extensions in the server itself; an event trigger that belongs to the
# superuser does it here, with the same error. It reads the file, not the session's value, which a user may set.
_ALLOW_LIST = """
CREATE SCHEMA IF NOT EXISTS azure;
REVOKE ALL ON SCHEMA azure FROM PUBLIC;
CREATE OR REPLACE FUNCTION azure.check_extension() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $body$
DECLARE
  extension text;
  allowed text[];
BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN
    RETURN;
  END IF;
  SELECT regexp_split_to_array(lower(setting), '\\s*,\\s*') INTO allowed
    FROM pg_file_settings WHERE name = 'azure.extensions' ORDER BY seqno DESC LIMIT 1;
  FOR extension IN
    SELECT object_identity FROM pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE EXTENSION'
  LOOP
    IF NOT lower(trim(both '"' from extension)) = ANY (coalesce(allowed, '{}')) THEN
      RAISE EXCEPTION 'extension "%" is not allow-listed for "azure_pg_admin" users in Azure Database for PostgreSQL',
        extension USING ERRCODE = 'feature_not_supported',
        HINT = 'to see the full allow list of extensions, please run: "show azure.extensions;"';
    END IF;
  END LOOP;
END
$body$;
DROP EVENT TRIGGER IF EXISTS azure_check_extension;
CREATE EVENT TRIGGER azure_check_extension ON ddl_command_end WHEN TAG IN ('CREATE EXTENSION')
  EXECUTE FUNCTION azure.check_extension();
"""


def check_login(login: str) -> None:
    """Refuse an administrator's name that Azure refuses."""
    if login.lower() in _RESERVED_LOGINS or login.lower().startswith("pg_") or not 1 <= len(login) <= 63:
        raise CloudRefusal(
            "InvalidAdminUserName",
            f"The administrator login '{login}' is reserved or not valid: 1 to 63 characters, not starting with "
            f"'pg_', none of {', '.join(sorted(_RESERVED_LOGINS))}.",
        )


def check_password(login: str, password: str) -> None:
    """Refuse a password that is too simple for Azure."""
    kinds = sum(bool(re.search(kind, password)) for kind in _PASSWORD_KINDS)
    if not 8 <= len(password) <= 128 or kinds < 3 or login.lower() in password.lower():
        raise CloudRefusal(
            "PasswordNotComplex",
            "Password validation failed. The password does not meet policy requirements because it is not complex "
            "enough: 8 to 128 characters of three kinds (upper case, lower case, digits, others), without the "
            "login's name in it.",
        )


def reach_roles(administration: Administration, login: str) -> None:
    """Bring the administrators' role, the administrator and the standard databases to their state."""
    with administration.connection() as connection:
        present = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        group, admin = sql.Identifier(ADMINISTRATORS), sql.Identifier(login)
        if ADMINISTRATORS not in present:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(group))
        if login not in present:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(admin))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER INHERIT CREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS").format(
                admin
            )
        )
        connection.execute(sql.SQL("GRANT pg_monitor, pg_signal_backend TO {}").format(group))
        connection.execute(sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(group, admin))
        connection.execute(sql.SQL("ALTER DATABASE postgres OWNER TO {}").format(group))
    # template1 passes it on to the databases that users create themselves.
    for database in ("template1", "postgres"):
        install_allow_list(administration, database)


def set_password(administration: Administration, login: str, password: str) -> None:
    """Give a login another password."""
    verifier = administration.verifier(login, password)
    administration.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier)))


def install_allow_list(administration: Administration, database: str) -> None:
    """Make a database obey azure.extensions."""
    administration.execute(_ALLOW_LIST, database=database)


def create_database(administration: Administration, name: str, *, collation: str) -> None:
    """
    Create a database owned by the administrators' role; one that exists is left as it is.

    A collation that this machine does not have becomes PostgreSQL's built-in C.UTF-8: only the order of text
    differs.
    """
    if not administration.rows("SELECT FROM pg_database WHERE datname = %s", name):
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' {}")
        own, owner = sql.Identifier(name), sql.Identifier(ADMINISTRATORS)
        by_libc = sql.SQL("LOCALE_PROVIDER libc LOCALE {}").format(sql.Literal(collation))
        try:
            administration.execute(statement.format(own, owner, by_libc))
        except (psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue):
            administration.execute(statement.format(own, owner, sql.SQL("")))
    install_allow_list(administration, name)


def drop_database(administration: Administration, name: str) -> None:
    """Drop a database with everything in it, connections included; one that does not exist is fine."""
    if name in ("template0", "template1"):
        raise BackendError(f"{name} is part of the server and cannot be deleted")
    administration.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
