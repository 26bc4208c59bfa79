"""
The way in before the S3 gateway, with TLS and without: a process of its own that relays bytes and listens to the end.

The gateway answers a refused upload and closes the connection without reading it, and a client over TLS finds a broken
connection in the place of the 403. So this relay goes on reading from the client, and drops what the gateway does not
want, until the client has had its answer.

The gateway also says 404 of a bucket that is not there before it asks who may know, and has no setting for that; R2
says 403, since a token has no right to a bucket that it does not name, there or not. So that one answer is exchanged
(see `Answer`); everything else passes as it is.

Run as a file: it imports nothing of ours, so that it starts fast and stays small.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import select
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

_CHUNK = 64 * 1024
# What may wait for either side before the other is not read any more.
_MOST_WAITING = 1024 * 1024
_HANDSHAKE_S = 10
# How long a client that was answered may stay silent before it is left.
_SILENT_S = 5
# What a socket that does not block says when it has nothing, with TLS or without.
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_NO_BUCKET = b"<Code>NoSuchBucket</Code>"
_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>'
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


class Answer:
    """
    What a client is told: the gateway's answer, or a 403 where that one says that there is no such bucket.

    The gateway closes every connection after one request, so there is one answer to look at.

    Args:
        exists: whether there is a bucket of a name; the answer to a HEAD has no body that would tell.
    """

    def __init__(self, exists: Callable[[str], bool]) -> None:
        self._exists = exists
        self._asked = bytearray()
        self._held = bytearray()
        self._passes = False

    def asked(self, data: bytes) -> None:
        """Notes what the client sends, as far as the end of the request's first line."""
        if b"\n" not in self._asked:
            self._asked += data[:_CHUNK]

    def given(self, data: bytes) -> bytes:
        """
        What of the gateway's answer goes on to the client now.

        Args:
            data: what came; nothing at the end of the answer.
        """
        if self._passes:
            return data
        self._held += data
        passed = bytearray()
        # 100 Continue comes before the answer itself.
        while self._held.startswith(b"HTTP/1.1 1") and b"\r\n\r\n" in self._held:
            end = self._held.index(b"\r\n\r\n") + 4
            passed += self._held[:end]
            del self._held[:end]
        whole = not data
        if whole or (len(self._status) == 3 and self._status != b"404" and not self._status.startswith(b"1")):
            self._passes = True
            passed += self._denied if whole and self._names_no_bucket() else self._held
            self._held.clear()
        return bytes(passed)

    def _names_no_bucket(self) -> bool:
        if self._status != b"404":
            return False
        method, path = self._request
        if method != "HEAD":
            return _NO_BUCKET in self._held
        bucket = unquote(path.lstrip("/").partition("/")[0])
        return bool(bucket) and not (_BUCKET.fullmatch(bucket) and self._exists(bucket))

    @property
    def _status(self) -> bytes:
        return bytes(self._held[9:12])

    @property
    def _request(self) -> tuple[str, str]:
        words = [*self._asked.split(b"\n", 1)[0].decode("latin-1").split(), "", ""]
        return words[0], urlsplit(words[1]).path

    @property
    def _denied(self) -> bytes:
        head = f"HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: {len(_DENIED)}\r\nConnection: close\r\n\r\n"
        return head.encode() + (b"" if self._request[0] == "HEAD" else _DENIED)


class Relay:
    """
    One connection.

    Args:
        client: the client's side, its handshake done where there is TLS.
        gateway: a connection to the gateway.
        answer: what becomes of the gateway's answer.
    """

    def __init__(self, client: socket.socket, gateway: socket.socket, answer: Answer) -> None:
        self._client = client
        self._gateway = gateway
        self._answer = answer
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
            if isinstance(self._client, ssl.SSLSocket) and self._client.pending():
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
            except _NOT_NOW:
                return
            except OSError:
                data = b""
            if not data:
                self._client_sends = False
            elif self._gateway_takes:
                self._answer.asked(data)
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
        except _NOT_NOW:
            return
        except OSError:
            self._down.clear()
            self._gateway_answers = False

    def _listen_to_the_end(self) -> None:
        """Read what the client still sends: closing on it would reset the connection under the answer."""
        with contextlib.suppress(OSError):
            if isinstance(self._client, ssl.SSLSocket):
                self._client.unwrap()  # not blocking: says that the answer is complete, and waits for nothing
            else:
                self._client.shutdown(socket.SHUT_WR)
        self._client.settimeout(_SILENT_S)
        with contextlib.suppress(OSError):
            # From below TLS: what is dropped need not be decrypted.
            while socket.socket.recv(self._client, _CHUNK):
                pass


class Front:
    """
    What is before one gateway.

    Args:
        gateway: the gateway's port.
        data: where it keeps its buckets, a folder each.
    """

    def __init__(self, gateway: int, data: Path) -> None:
        self._gateway = ("127.0.0.1", gateway)
        self._data = data

    def serve(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        """Relay every connection in a thread of its own, until the listener is closed; without a context there is no TLS."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(connection, context), daemon=True).start()

    def _handle(self, connection: socket.socket, context: ssl.SSLContext | None) -> None:
        connection.settimeout(_HANDSHAKE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client that gives up, or does not trust the certificate, is no event here.
        with (
            contextlib.closing(connection),
            contextlib.suppress(OSError),
            context.wrap_socket(connection, server_side=True) if context else connection as client,
            socket.create_connection(self._gateway, timeout=_HANDSHAKE_S) as behind,
        ):
            Relay(client, behind, Answer(self._exists)).run()

    def _exists(self, bucket: str) -> bool:
        return (self._data / bucket).is_dir()


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="the way in before the S3 gateway, with TLS and without")
    parser.add_argument("--tls", type=int, required=True, metavar="PORT")
    parser.add_argument("--http", type=int, required=True, metavar="PORT")
    parser.add_argument("--gateway", type=int, required=True, metavar="PORT")
    parser.add_argument("--data", type=Path, required=True, metavar="DIRECTORY", help="a folder for each bucket")
    parser.add_argument("--cert", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    options = parser.parse_args(arguments)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(options.cert, options.key)
    front = Front(options.gateway, options.data)
    with (
        socket.create_server(("127.0.0.1", options.tls), backlog=128) as tls,
        socket.create_server(("127.0.0.1", options.http), backlog=128) as plain,
    ):
        threading.Thread(target=front.serve, args=(plain, None), daemon=True).start()
        front.serve(tls, context)
    return 0


if __name__ == "__main__":
    sys.exit(main())
