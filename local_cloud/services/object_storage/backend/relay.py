"""
Relays the bytes of one connection between a client and the S3 gateway, and listens to the end.

The gateway answers a refused upload and closes the connection without reading it, and a client over TLS finds a broken
connection in the place of the 403. So this relay goes on reading from the client, and drops what the gateway does not
want, until the client has had its answer.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final

from local_cloud.services.object_storage.backend.answer import Answer

_CHUNK: Final = 64 * 1024
# What may wait for either side before the other is not read any more.
_MOST_WAITING: Final = 1024 * 1024
# How long nothing may move; the gateway needs that long to put a very large upload together.
_STILL_S: Final = 300
# How long a client that was answered may stay silent before it is left, and how long it may go on sending.
_SILENT_S: Final = 5
_LISTEN_S: Final = 60
# What a socket that does not block says when it has nothing, with TLS or without.
_NOT_NOW: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Relay:
    """
    One connection.

    Args:
        client: the client's side, its handshake done where there is TLS.
        gateway: a connection to the gateway.
        answer: what becomes of the gateway's answer.
        begun: what goes to the gateway before anything that the client still sends.
        heard: called when the client has sent or taken something.
    """

    def __init__(
        self,
        client: socket.socket,
        gateway: socket.socket,
        answer: Answer,
        *,
        begun: bytes = b"",
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._gateway = gateway
        self._answer = answer
        self._heard = heard
        self._up = bytearray(begun)
        self._down = bytearray()
        self._client_sends = True
        self._gateway_takes = True
        self._gateway_answers = True

    def run(self) -> None:
        """Relay until the gateway has closed and the client has everything, or nothing moves for too long."""
        self._client.setblocking(False)
        self._gateway.setblocking(False)
        while self._gateway_answers or self._down:
            if not self._wait():
                return
            self._from_client()
            self._to_gateway()
            self._from_gateway()
            self._to_client()
        listen_to_the_end(self._client)

    def _wait(self) -> bool:
        client = gateway = 0
        if self._client_sends and len(self._up) < _MOST_WAITING:
            if isinstance(self._client, ssl.SSLSocket) and self._client.pending():
                return True  # decrypted already, so the socket would not tell of it
            client |= select.POLLIN
        if self._down:
            client |= select.POLLOUT
        if self._up and self._gateway_takes:
            gateway |= select.POLLOUT
        if self._gateway_answers and len(self._down) < _MOST_WAITING:
            gateway |= select.POLLIN
        poll = select.poll()
        for side, events in ((self._client, client), (self._gateway, gateway)):
            if events:
                poll.register(side, events)
        return bool(poll.poll(_STILL_S * 1000))

    def _from_client(self) -> None:
        while self._client_sends and len(self._up) < _MOST_WAITING:
            try:
                data = self._client.recv(_CHUNK)
            except _NOT_NOW:
                return
            except OSError:
                data = b""
            if not data:
                self._client_sends = False
            else:
                self._heard()
                if self._gateway_takes:
                    self._up += data

    def _to_gateway(self) -> None:
        try:
            while self._up and self._gateway_takes:
                del self._up[: self._gateway.send(self._up)]
        except BlockingIOError:
            return
        except OSError:
            # It wants no more, and may have said why: its answer is still to be read.
            self._gateway_takes = False
            self._up.clear()
        if not self._client_sends and self._gateway_takes:
            self._gateway_takes = False
            with contextlib.suppress(OSError):
                self._gateway.shutdown(socket.SHUT_WR)

    def _from_gateway(self) -> None:
        while self._gateway_answers and len(self._down) < _MOST_WAITING:
            try:
                data = self._gateway.recv(_CHUNK)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            self._down += self._answer.given(data)
            self._gateway_answers = bool(data)

    def _to_client(self) -> None:
        try:
            while self._down:
                del self._down[: self._client.send(self._down)]
                self._heard()
        except _NOT_NOW:
            return
        except OSError:
            self._down.clear()
            self._gateway_answers = False


def listen_to_the_end(client: socket.socket) -> None:
    """Read what a client still sends that has its answer: closing on it would reset the connection under the answer."""
    with contextlib.suppress(OSError):
        if isinstance(client, ssl.SSLSocket):
            client.settimeout(0)
            client.unwrap()  # says that the answer is complete, and waits for nothing
        else:
            client.shutdown(socket.SHUT_WR)
    ends = time.monotonic() + _LISTEN_S
    with contextlib.suppress(OSError):  # the client may be gone, and its socket closed, at any line
        client.settimeout(_SILENT_S)
        # From below TLS: what is dropped need not be decrypted.
        while time.monotonic() < ends and socket.socket.recv(client, _CHUNK):
            pass
