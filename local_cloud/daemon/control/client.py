"""The command line's side of the daemon's control endpoint; standard library only, so that `ignition status` is quick."""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Final

from local_cloud.background import Address, BackgroundError
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.control.token import TOKEN_FILE, proof, read_token

_TIMEOUT_S: Final = 30
_LONGEST_PROOF: Final = 1024
_AGAIN: Final = "`ignition down`, then `ignition up` makes a new one"


@dataclass(frozen=True)
class Client:
    """
    A running daemon.

    Attributes:
        state: its state directory.
        address: where it answers.
    """

    state: Path
    address: Address

    def get(self, path: str) -> Any:
        """The answer to a GET, from JSON."""
        with self._asked("GET", path) as answer:
            return json.load(answer)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to a POST, from JSON."""
        with self._asked("POST", path, body or {}) as answer:
            return json.load(answer)

    def lines(self, path: str) -> Iterator[str]:
        """The lines of an answer, as they come."""
        with self._asked("GET", path, endless=True) as answer:
            for line in answer:
                yield line.decode(errors="replace").rstrip("\n")

    @contextlib.contextmanager
    def _asked(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, endless: bool = False
    ) -> Generator[HTTPResponse]:
        """
        The answer to a request, once whoever answers has proved to be the daemon, on the same connection.

        Raises:
            BackgroundError: it is somebody else, does not answer, or refuses.
        """
        connection = HTTPConnection("127.0.0.1", int(self.address.facts["control_port"]), timeout=_TIMEOUT_S)
        connection.auto_open = 0  # a second connection might lead to somebody else
        try:
            try:
                connection.connect()
                token = self._token_that_is_known(connection)
                if endless and connection.sock is not None:
                    connection.sock.settimeout(None)
                sent = None if body is None else json.dumps(body)
                headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
                connection.request(method, path, sent, headers)
                answer = connection.getresponse()
            except (OSError, HTTPException) as error:
                raise BackgroundError(
                    f"the local cloud does not answer ({error or type(error).__name__}); "
                    f"its log is {local_daemon(self.state).log_file}"
                ) from None
            if answer.status >= HTTPStatus.BAD_REQUEST:
                raise BackgroundError(answer.read().decode(errors="replace").strip())
            yield answer
        finally:
            connection.close()

    def _token_that_is_known(self, connection: HTTPConnection) -> str:
        """The token, after the other end has proved that it knows it."""
        file = self.state / TOKEN_FILE
        try:
            token = read_token(self.state)
        except OSError as error:
            raise BackgroundError(f"{file} cannot be read ({error.strerror}); {_AGAIN}") from None
        nonce = secrets.token_hex(16)
        connection.request("GET", f"/api/proof?nonce={nonce}")
        answer = connection.getresponse()
        said = answer.read(_LONGEST_PROOF)
        if not _proves(said, proof(token, nonce, connection.port)):
            raise BackgroundError(
                f"what answers on port {connection.port} does not know the key in {file}: the file was changed, or another "
                f"program has the port. Nothing was sent to it; {_AGAIN}"
            )
        return token


def _proves(said: bytes, expected: str) -> bool:
    try:
        return hmac.compare_digest(str(json.loads(said)["proof"]).encode(), expected.encode())
    except (ValueError, TypeError, LookupError):
        return False


def connect(state: Path) -> Client | None:
    """The running daemon of a state directory, or None."""
    address = local_daemon(state).running()
    return Client(state, address) if address is not None else None
