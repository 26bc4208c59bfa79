"""What may be declared of a server: its version, and its administrator, who stays the same."""

from __future__ import annotations

from typing import Final

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.postgres.backend import roles
from local_cloud.services.postgres.backend.record import Record

SUPPORTED_VERSION: Final = "17"


def check_declaration(name: str, record: Record | None, *, login: str, version: str, password: str | None) -> None:
    """
    Check a declaration of a server before anything changes.

    Args:
        name: the server's name.
        record: what is kept of the server; None for a new one.
        login: the administrator's.
        version: PostgreSQL's major version.
        password: the administrator's; None keeps the current one.

    Raises:
        CloudRefusal: a login or password that Azure refuses, or a login that would change.
        BackendError: a version that cannot run here, or a new server without a password.
    """
    roles.check_login(login)
    if password is not None:
        roles.check_password(login, password)
    if version != SUPPORTED_VERSION:
        raise BackendError(
            f"server {name}: PostgreSQL {version} is not here, only {SUPPORTED_VERSION} is: "
            f"set the version to {SUPPORTED_VERSION}, or leave this server to a preview"
        )
    if record is None:
        if password is None:
            raise BackendError(f"server {name}: a new server needs its administrator's password")
    elif login != record.login:
        raise CloudRefusal(
            "PropertyChangeNotAllowed",
            f"The administrator login of server '{name}' is '{record.login}' and cannot be changed.",
        )
