"""
The head of an HTTP/1.1 request, read strictly and written anew, so that the gateway sees exactly what was checked.

What a bucket, a key or an upload is, is not known here.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import h11

_CHUNK: Final = 64 * 1024
_MOST_BYTES: Final = 32 * 1024
# They speak of the connection to us. The gateway gets one connection a request.
_OF_THE_CONNECTION: Final = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"upgrade"})


class NotReadable(Exception):  # noqa: N818  says what happened
    """What a client sent is not a request that can be forwarded; the message names the rule."""


class NothingSent(Exception):  # noqa: N818  says what happened
    """The client closed the connection, or sent nothing for too long."""


@dataclass(frozen=True)
class RequestHead:
    """
    One request without its body.

    Attributes:
        target: as sent: `/bucket/key?query`, percent-encoded.
        version: `1.1` or `1.0`.
        headers: names in lower case.
    """

    method: str
    target: str
    version: str
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def path(self) -> str:
        """The target without its query, percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's names and values, decoded; a name without a value has an empty one."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True, encoding="latin-1")

    def values(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value.decode("latin-1") for found, value in self.headers if found == name.encode()]

    @property
    def body_length(self) -> int | None:
        """Bytes of the body; None for one that comes in chunks."""
        if self.values("transfer-encoding"):
            return None
        return int((self.values("content-length") or ["0"])[0])

    def encoded(self, *, without: frozenset[bytes] = frozenset()) -> bytes:
        """
        The head as bytes, for a connection that carries this request only.

        Args:
            without: further headers that are left out.
        """
        kept = [(name, value) for name, value in self.headers if name not in _OF_THE_CONNECTION | without]
        lines = [f"{self.method} {self.target} HTTP/{self.version}".encode("ascii")]
        lines += [name + b": " + value for name, value in [*kept, (b"connection", b"close")]]
        return b"\r\n".join(lines) + b"\r\n\r\n"


def read_head(connection: socket.socket, within_s: float) -> tuple[RequestHead, bytes]:
    """
    Read a request's head; also gives what came of its body already.

    Args:
        connection: a blocking socket; its timeout is changed.
        within_s: how long the client has for the whole head.

    Raises:
        NotReadable: it is not valid HTTP/1.1.
        NothingSent: it did not come in time.
    """
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=_MOST_BYTES)
    ends = time.monotonic() + within_s
    try:
        while (event := parser.next_event()) is h11.NEED_DATA:
            parser.receive_data(_receive(connection, ends))
    except h11.RemoteProtocolError as error:
        raise NotReadable(str(error)) from None
    if not isinstance(event, h11.Request):
        raise NothingSent
    head = RequestHead(
        event.method.decode("ascii"),
        event.target.decode("ascii"),
        event.http_version.decode("ascii"),
        tuple(event.headers),
    )
    if head.values("transfer-encoding") and head.values("content-length"):
        raise NotReadable("a request has a Content-Length or a Transfer-Encoding, not both")
    return head, parser.trailing_data[0]


def read_body(connection: socket.socket, begun: bytes, length: int, within_s: float) -> bytes:
    """
    Read a whole body.

    Args:
        connection: a blocking socket; its timeout is changed.
        begun: what came of it already.
        length: its bytes.
        within_s: how long the client has for all of it.

    Raises:
        NothingSent: it did not come in time.
    """
    body = bytearray(begun)
    ends = time.monotonic() + within_s
    while len(body) < length:
        more = _receive(connection, ends)
        if not more:
            raise NothingSent
        body += more
    return bytes(body[:length])


def _receive(connection: socket.socket, ends: float) -> bytes:
    left = ends - time.monotonic()
    if left <= 0:
        raise NothingSent
    connection.settimeout(left)
    try:
        return connection.recv(_CHUNK)
    except OSError:
        raise NothingSent from None
