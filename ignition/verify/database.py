"""The database, as the api's own login sees it; and that it is closed to everybody outside."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg

from ignition.verify.deployment import Deployment
from ignition.verify.result import Result, Subject
from ignition.verify.vault import secrets_of_api

_BLOCKER: Final = "LATER-001"
_CONNECT_S: Final = 5
_RIGHTS: Final = """
SELECT session_user, rolsuper OR rolcreaterole OR rolcreatedb, current_setting('server_version')
FROM pg_roles WHERE rolname = session_user
"""


def database(deployment: Deployment) -> Iterator[Result]:
    """Everything about the database."""
    if deployment.local is None:
        yield _closed(deployment)
        yield Subject(_BLOCKER, "verified TLS as the api's login").not_asked(
            "the server has no address outside its network",
            "docs/runbooks/README.md: the operators' psql job; the api itself refuses to start without a verified connection",
        )
        return
    values = secrets_of_api(deployment, "DATABASE_URL")
    if values is None:
        yield Subject(_BLOCKER, "verified TLS as the api's login").failed(
            "the api's DATABASE_URL cannot be read", "see the results of LATER-002"
        )
        return
    yield from _inside(values["DATABASE_URL"])


def _inside(url: str) -> Iterator[Result]:
    verified, rights = (
        Subject(_BLOCKER, "verified TLS as the api's login"),
        Subject(_BLOCKER, "login is not an administrator"),
    )
    if dict(parse_qsl(urlsplit(url).query)).get("sslmode") != "verify-full":
        yield verified.failed("DATABASE_URL does not say sslmode=verify-full", "deploy again; the program writes it")
        return
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_S) as connection:
            row: Any = connection.execute(_RIGHTS).fetchone()
            encrypted = connection.pgconn.ssl_in_use
    except psycopg.Error as error:
        yield verified.failed(_short(error), "`ignition status` shows the server; its log says more")
        return
    if row is None:
        yield rights.failed("the login has no entry in pg_roles", "make the roles again: `ignition up --refresh`")
        return
    role, powerful, version = row
    if encrypted:
        yield verified.passed(f"PostgreSQL {version}, certificate verified, login {role}")
    else:
        yield verified.failed("the connection is not encrypted", "deploy again")
    yield (
        rights.failed(f"{role} may create roles or databases", "`ALTER ROLE` it back; see docs/runbooks/README.md")
        if powerful
        else rights.passed(f"{role} creates neither roles nor databases")
    )
    yield _refuses(url, "plain connections", sslmode="disable")
    yield _refuses(url, "who does not trust its authority", sslmode="verify-full", sslrootcert="system")


def _refuses(url: str, whom: str, **query: str) -> Result:
    subject = Subject(_BLOCKER, f"no connection for {whom}")
    parts = urlsplit(url)
    changed = urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **query})))
    try:
        psycopg.connect(changed, connect_timeout=_CONNECT_S).close()
    except psycopg.Error as error:
        return subject.passed(_short(error))
    return subject.failed("the server let the connection in", "set `require_secure_transport`; deploy again")


def _closed(deployment: Deployment) -> Result:
    subject = Subject(_BLOCKER, "closed to the outside")
    host, port = str(deployment.outputs["database"]["host"]), int(deployment.outputs["database"]["port"])
    try:
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except OSError as error:
        return subject.passed(f"no connection from here ({type(error).__name__}); run it outside the stack's network")
    return subject.failed(
        f"{host}:{port} accepts connections from here",
        "expected inside the stack's network alone; look at public access",
    )


def _short(error: psycopg.Error) -> str:
    """The last line of libpq's message, which never has the password in it."""
    return str(error).strip().splitlines()[-1].strip() or type(error).__name__
