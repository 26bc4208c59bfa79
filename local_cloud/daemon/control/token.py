"""
The token of the control endpoint: only the owner of the state directory can read it, and it allows everything there.

Each start of the daemon creates a new token, so a lost one is worthless after the next `ignition down`. A client
shows it only to a server that has proved that it knows it already: while the daemon is down, another account can listen on its port.
Standard library only, so that the command line starts quickly.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Final

TOKEN_FILE: Final = "control-token"
_MOST: Final = 1024


def new_token(state: Path) -> str:
    """A new token, kept in the state directory with mode 0600; the one before is void."""
    from local_cloud.runtime.files.private_files import write_private  # noqa: PLC0415  the command line only reads

    token = secrets.token_urlsafe(32)
    write_private(state / TOKEN_FILE, token.encode())
    return token


def read_token(state: Path) -> str:
    """
    What stands in the file, whatever that is.

    Raises:
        OSError: it cannot be read.
    """
    with (state / TOKEN_FILE).open("rb") as file:
        return file.read(_MOST).decode("latin-1")


def proof(token: str, nonce: str, port: int) -> str:
    """
    What a server on a port answers to a nonce when it knows the token.

    The port is part of it: else a foreign server could pass the question on to the daemon, on its new port, and show the answer.
    """
    said = f"ignition control {port} {nonce}"
    return hmac.new(token.encode("latin-1"), said.encode(), hashlib.sha256).hexdigest()
