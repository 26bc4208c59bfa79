"""
TLS before the S3 gateway: a process of its own that relays bytes and listens to the end.

The gateway answers a refused upload and closes the connection without reading it. Over plain HTTP a client still
finds the answer; over TLS (the gateway's own, or a proxy's) it finds a broken connection in the place of the 403.
So this relay goes on reading from the client, and drops what the gateway does not want, until the client has had
its answer. It knows nothing of HTTP.

Run as a file: it imports nothing of ours, so that it starts fast and stays small.
"""

from __future__ import annotations

import argparse
import contextlib
import select
import socket
import ssl
import sys
import threading
from pathlib import Path

_CHUNK = 64 * 1024
# What may wait for either side before the other is not read any more.
_MOST_WAITING = 1024 * 1024
_HANDSHAKE_S = 10
# How long a client that was answered may stay silent before it is left.
_SILENT_S = 5


class Relay:
    """
    One connection.

    Args:
        client: the client's side, its handshake done.
        gateway: a connection to the gateway.
    """

    def __init__(self, client: ssl.SSLSocket, gateway: socket.socket) -> None:
        self._client = client
        self._gateway = gateway
        self._up = bytearray()
        self._down = bytearray()
        self._client_sends = True
        self._gateway_takes = True
        self._gateway_answers = True

    def run(self) -> None:
        """Relay until the gateway has closed and the client has everything."""
        self._client.setblocking(False)
        self._gateway.setblocking(False)
        while self._gateway_answers or self._down:
            self._wait()
            self._from_client()
            self._to_gateway()
            self._from_gateway()
            self._to_client()
        self._listen_to_the_end()

    def _wait(self) -> None:
        client = gateway = 0
        if self._client_sends and len(self._up) < _MOST_WAITING:
            if self._client.pending():
                return  # decrypted already, so the socket would not tell of it
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
        poll.poll()

    def _from_client(self) -> None:
        while self._client_sends and len(self._up) < _MOST_WAITING:
            try:
                data = self._client.recv(_CHUNK)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError:
                data = b""
            if not data:
                self._client_sends = False
            elif self._gateway_takes:
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
            self._down += data
            self._gateway_answers = bool(data)

    def _to_client(self) -> None:
        try:
            while self._down:
                del self._down[: self._client.send(self._down)]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            self._down.clear()
            self._gateway_answers = False

    def _listen_to_the_end(self) -> None:
        """Read what the client still sends: closing on it would reset the connection under the answer."""
        with contextlib.suppress(OSError):
            self._client.unwrap()  # not blocking: says that the answer is complete, and waits for nothing
        self._client.settimeout(_SILENT_S)
        with contextlib.suppress(OSError):
            # From below TLS: what is dropped need not be decrypted.
            while socket.socket.recv(self._client, _CHUNK):
                pass


def serve(listener: socket.socket, context: ssl.SSLContext, gateway: tuple[str, int]) -> None:
    """Relay every connection in a thread of its own, until the listener is closed."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_handle, args=(connection, context, gateway), daemon=True).start()


def _handle(connection: socket.socket, context: ssl.SSLContext, gateway: tuple[str, int]) -> None:
    connection.settimeout(_HANDSHAKE_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A client that gives up, or does not trust the certificate, is no event here.
    with (
        contextlib.closing(connection),
        contextlib.suppress(OSError),
        context.wrap_socket(connection, server_side=True) as client,
        socket.create_connection(gateway, timeout=_HANDSHAKE_S) as behind,
    ):
        Relay(client, behind).run()


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="TLS before the S3 gateway")
    parser.add_argument("--listen", type=int, required=True, metavar="PORT")
    parser.add_argument("--gateway", type=int, required=True, metavar="PORT")
    parser.add_argument("--cert", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    options = parser.parse_args(arguments)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(options.cert, options.key)
    with socket.create_server(("127.0.0.1", options.listen), backlog=128) as listener:
        serve(listener, context, ("127.0.0.1", options.gateway))
    return 0


if __name__ == "__main__":
    sys.exit(main())
