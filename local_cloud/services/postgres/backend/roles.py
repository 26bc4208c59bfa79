"""
Roles, databases and extensions as Azure gives them to its customers.

The administrator is not a superuser: what it is refused on Azure, a grant that needs SET on a role say, it must be
refused here. It has CREATEDB and CREATEROLE and is a member of azure_pg_admin, which owns the databases. (Azure
documents REPLICATION for it too; nothing of the platform uses it, and weaker hides nothing.)
"""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
from psycopg import sql

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.postgres.backend.administration import MAINTENANCE, SUPERUSER, TEMPLATE, Administration

ADMINISTRATORS = "azure_pg_admin"
_RESERVED_LOGINS = frozenset(
    ["azure_superuser", "azuresu", "azure_pg_admin", "admin", "administrator", "root", "guest", "public", "replication"]
)
_PASSWORD_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")

# Azure checks extensions against azure.extensions in the server itself; an event trigger that belongs to the superuser does it
# here, with the same error. Whoever creates an extension runs the function: it works as a role that may read the server's
# files of settings and nothing else, and finds no object of the session. It reads the file, not the session's value, which a user may set.
_GUARD = "azure_extension_guard"
ALLOW_LIST_VERSION = 2
_ALLOW_LIST = """
CREATE SCHEMA IF NOT EXISTS azure;
REVOKE ALL ON SCHEMA azure FROM PUBLIC;
CREATE OR REPLACE FUNCTION azure.check_extension() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  extension pg_catalog.text;
  allowed pg_catalog.text[];
BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user) THEN
    RETURN;
  END IF;
  SELECT pg_catalog.regexp_split_to_array(pg_catalog.lower(setting), '\\s*,\\s*') INTO allowed
    FROM pg_catalog.pg_file_settings WHERE name = 'azure.extensions' ORDER BY seqno DESC LIMIT 1;
  FOR extension IN
    SELECT object_identity FROM pg_catalog.pg_event_trigger_ddl_commands() WHERE command_tag = 'CREATE EXTENSION'
  LOOP
    IF NOT pg_catalog.lower(pg_catalog.btrim(extension, '"')) = ANY (coalesce(allowed, '{}')) THEN
      RAISE EXCEPTION 'extension "%" is not allow-listed for "azure_pg_admin" users in Azure Database for PostgreSQL',
        extension USING ERRCODE = 'feature_not_supported',
        HINT = 'to see the full allow list of extensions, please run: "show azure.extensions;"';
    END IF;
  END LOOP;
END
$body$;
GRANT SELECT ON pg_catalog.pg_file_settings TO azure_extension_guard;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO azure_extension_guard;
ALTER FUNCTION azure.check_extension() OWNER TO azure_extension_guard;
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


def apply_roles(administration: Administration, login: str) -> None:
    """Bring the administrators' role, the administrator and the standard databases to their state."""
    with administration.connection() as connection:
        present = {name for (name,) in connection.execute("SELECT rolname FROM pg_catalog.pg_roles")}
        group, admin = sql.Identifier(ADMINISTRATORS), sql.Identifier(login)
        if ADMINISTRATORS not in present:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(group))
        if _GUARD not in present:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(_GUARD)))
        if login not in present:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(admin))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER INHERIT CREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS").format(
                admin
            )
        )
        connection.execute(sql.SQL("GRANT pg_monitor, pg_signal_backend TO {}").format(group))
        connection.execute(sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(group, admin))
    # It passes the list on to the databases that users create themselves.
    _install_allow_list(administration, TEMPLATE)
    _hand_over(administration, "postgres")


def apply_maintenance(administration: Administration) -> None:
    """Make the database that the operator works in, closed to everybody else."""
    owner = _owner(administration, MAINTENANCE, asked_in=TEMPLATE)
    own = sql.Identifier(MAINTENANCE)
    if owner is None:
        administration.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(own), database=TEMPLATE)
    elif owner != SUPERUSER:
        raise BackendError(
            f"the database {MAINTENANCE} belongs to {owner}, and it is the server's own: rename it with "
            f"`ALTER DATABASE {MAINTENANCE} RENAME TO ...`, or start anew with `ignition reset`"
        )
    administration.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(own), database=TEMPLATE)


def set_password(administration: Administration, login: str, password: str) -> None:
    """Give a login another password."""
    verifier = administration.verifier(login, password)
    administration.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier)))


def create_database(
    administration: Administration, name: str, *, collation: str, prepare: Callable[[], None] = lambda: None
) -> None:
    """
    Create a database owned by the administrators' role; one that exists is left as it is.

    Args:
        administration: the operator's way into the server.
        name: of the database.
        collation: of its text.
        prepare: called while a new one is still the operator's, to fill it.

    A collation that this machine does not have becomes PostgreSQL's built-in C.UTF-8: only the order of text
    differs.
    """
    if _owner(administration, name) is None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' {}")
        own = sql.Identifier(name)
        by_libc = sql.SQL("LOCALE_PROVIDER libc LOCALE {}").format(sql.Literal(collation))
        try:
            administration.execute(statement.format(own, by_libc))
        except (psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue):
            administration.execute(statement.format(own, sql.SQL("")))
        prepare()
    _hand_over(administration, name)


def drop_database(administration: Administration, name: str) -> None:
    """Drop a database with everything in it, connections included; a missing one is not an error."""
    if name in ("template0", TEMPLATE, MAINTENANCE):
        raise BackendError(f"{name} is part of the server and cannot be deleted")
    administration.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def renew_allow_lists(administration: Administration) -> None:
    """
    Replace the function that obeys azure.extensions where an earlier version installed it.

    The only thing done in databases that are the administrators'. A function that is not ours is left to whose it is.
    """
    handed_over = administration.rows(
        "SELECT datname FROM pg_catalog.pg_database JOIN pg_catalog.pg_roles ON pg_roles.oid = datdba "
        "WHERE datallowconn AND NOT rolsuper"
    )
    for (name,) in handed_over:
        ours = administration.rows(
            "SELECT FROM pg_catalog.pg_proc JOIN pg_catalog.pg_namespace ON pg_namespace.oid = pronamespace "
            "JOIN pg_catalog.pg_roles ON pg_roles.oid = proowner "
            "WHERE nspname = 'azure' AND proname = 'check_extension' AND rolsuper AND nspowner = proowner",
            database=name,
        )
        if ours:
            _install_allow_list(administration, name)


def _hand_over(administration: Administration, name: str) -> None:
    """Give a database of ours to the administrators, with the list in it: once it is theirs, we have no business in it."""
    if _owner(administration, name) == SUPERUSER:
        _install_allow_list(administration, name)
        administration.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(ADMINISTRATORS))
        )


def _install_allow_list(administration: Administration, database: str) -> None:
    """Make a database obey azure.extensions."""
    administration.execute(_ALLOW_LIST, database=database)


def _owner(administration: Administration, database: str, *, asked_in: str = MAINTENANCE) -> str | None:
    """Whose a database is; None where there is none."""
    rows = administration.rows(
        "SELECT rolname FROM pg_catalog.pg_database JOIN pg_catalog.pg_roles ON pg_roles.oid = datdba WHERE datname = %s",
        database,
        database=asked_in,
    )
    return rows[0][0] if rows else None
