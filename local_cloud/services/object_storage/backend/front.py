"""
The one way to the S3 gateway, with TLS and without: a process of its own.

It reads the head of each request, refuses what must not reach the gateway (`admission`), and relays the rest.
The gateway listens on a socket file that only this account reaches.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import ssl
import sys
import threading
from pathlib import Path
from typing import Final

from local_cloud.services.object_storage.backend.admission import (
    Admission,
    Refusal,
    delete_refusal,
    deletes_many,
    malformed,
)
from local_cloud.services.object_storage.backend.answer import Answer
from local_cloud.services.object_storage.backend.connections import Connection, Connections
from local_cloud.services.object_storage.backend.relay import Relay, listen_to_the_end
from local_cloud.services.object_storage.backend.request_head import (
    NothingSent,
    NotReadable,
    RequestHead,
    read_body,
    read_head,
)

_HEAD_S: Final = 10
_BODY_S: Final = 60
# A process may usually have 1024 files open, and a connection needs three.
_MOST_CONNECTIONS: Final = 250


class Front:
    """
    What is before one gateway.

    Args:
        gateway: the gateway's socket file.
        data: where it keeps its buckets, a folder each.
        admission: what passes.
        most: how many connections are served at the same time.
    """

    def __init__(self, gateway: Path, data: Path, admission: Admission, *, most: int = _MOST_CONNECTIONS) -> None:
        self._gateway = gateway
        self._data = data
        self._admission = admission
        self._connections = Connections(most)

    def serve(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        """Serve every connection in a thread of its own, until the listener is closed; without a context there is no TLS."""
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            connection = self._connections.admit(accepted)
            threading.Thread(target=self._handle, args=(accepted, connection, context), daemon=True).start()

    def _handle(self, accepted: socket.socket, connection: Connection, context: ssl.SSLContext | None) -> None:
        accepted.settimeout(_HEAD_S)
        # A client that gives up, or does not trust the certificate, is no event here.
        with (
            self._connections.serving(connection),
            contextlib.closing(accepted),
            contextlib.suppress(OSError, NothingSent),
        ):
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with context.wrap_socket(accepted, server_side=True) if context else accepted as client:
                self._serve_one(client, connection)

    def _serve_one(self, client: socket.socket, connection: Connection) -> None:
        try:
            head, begun = read_head(client, _HEAD_S)
        except NotReadable as error:
            _refuse(client, malformed(str(error)), "GET")
            return
        connection.asked = True
        connection.heard()
        refusal = self._admission.refusal(head)
        left_out: frozenset[bytes] = frozenset()
        if refusal is None and deletes_many(head):
            begun = _whole_body(client, head, begun)
            left_out = frozenset({b"expect"})
            refusal = delete_refusal(begun)
        if refusal is not None:
            _refuse(client, refusal, head.method)
            return
        with socket.socket(socket.AF_UNIX) as gateway:
            gateway.settimeout(_HEAD_S)
            gateway.connect(str(self._gateway))
            answer = Answer(head.method, head.path, self._exists)
            begun = head.encoded(without=left_out) + begun
            Relay(client, gateway, answer, begun=begun, heard=connection.heard).run()

    def _exists(self, bucket: str) -> bool:
        return (self._data / bucket).is_dir()


def _whole_body(client: socket.socket, head: RequestHead, begun: bytes) -> bytes:
    if head.values("expect"):
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    return read_body(client, begun, head.body_length or 0, _BODY_S)


def _refuse(client: socket.socket, refusal: Refusal, method: str) -> None:
    client.settimeout(_HEAD_S)
    client.sendall(refusal.encoded(method))
    listen_to_the_end(client)


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="the way in before the S3 gateway, with TLS and without")
    parser.add_argument("--tls", type=int, required=True, metavar="PORT")
    parser.add_argument("--http", type=int, required=True, metavar="PORT")
    parser.add_argument("--gateway", type=Path, required=True, metavar="SOCKET")
    parser.add_argument("--data", type=Path, required=True, metavar="DIRECTORY", help="a folder for each bucket")
    parser.add_argument("--name", action="append", required=True, metavar="HOST", help="a host name it answers to")
    parser.add_argument("--cert", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    options = parser.parse_args(arguments)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(options.cert, options.key)
    front = Front(options.gateway, options.data, Admission(options.name))
    with (
        socket.create_server(("127.0.0.1", options.tls), backlog=128) as tls,
        socket.create_server(("127.0.0.1", options.http), backlog=128) as plain,
    ):
        threading.Thread(target=front.serve, args=(plain, None), daemon=True).start()
        front.serve(tls, context)
    return 0


if __name__ == "__main__":
    sys.exit(main())
