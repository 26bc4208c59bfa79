"""The TLS front lets a client hear the answer to an upload that nobody read."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.backends.certificates import LocalCA
from local_cloud.backends.object_storage.tls_front import Relay, serve

ANSWER = b"HTTP/1.1 403 Forbidden\r\n\r\n"


@pytest.fixture
def ca(tmp_path: Path) -> LocalCA:
    return LocalCA(tmp_path / "ca")


@pytest.fixture
def client_and_server(ca: LocalCA, tmp_path: Path) -> Iterator[tuple[ssl.SSLSocket, ssl.SSLSocket]]:
    """The two ends of a TLS connection."""
    certificate = ca.issue(["localhost"], directory=tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert_file, certificate.key_file)
    near, far = socket.socketpair()
    ends: list[ssl.SSLSocket] = []
    handshake = threading.Thread(target=lambda: ends.append(context.wrap_socket(far, server_side=True)))
    handshake.start()
    client = ssl.create_default_context(cafile=ca.ca_file).wrap_socket(near, server_hostname="localhost")
    handshake.join()
    with client, ends[0]:
        yield client, ends[0]


def test_what_the_gateway_says_after_it_stopped_reading_still_arrives(
    client_and_server: tuple[ssl.SSLSocket, ssl.SSLSocket],
) -> None:
    client, server = client_and_server
    near, gateway = socket.socketpair()
    gateway.shutdown(socket.SHUT_RD)  # sending to it fails from now on
    with near, gateway:
        relay = threading.Thread(target=Relay(server, near).run)
        relay.start()
        client.sendall(b"x" * 3_000_000)
        gateway.sendall(ANSWER)
        gateway.shutdown(socket.SHUT_WR)
        assert client.recv(1000) == ANSWER
        client.close()
        relay.join()


def test_everything_a_client_sends_arrives_in_order(
    client_and_server: tuple[ssl.SSLSocket, ssl.SSLSocket],
) -> None:
    client, server = client_and_server
    near, gateway = socket.socketpair()
    sent = b"".join(number.to_bytes(4, "big") for number in range(1_000_000))
    with near, gateway:
        threading.Thread(target=Relay(server, near).run).start()
        threading.Thread(target=client.sendall, args=(sent,)).start()
        received = bytearray()
        while len(received) < len(sent):
            received += gateway.recv(100_000)
        assert bytes(received) == sent
        gateway.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""


def test_a_client_that_speaks_no_tls_does_not_end_the_service(ca: LocalCA, tmp_path: Path) -> None:
    certificate = ca.issue(["localhost"], directory=tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert_file, certificate.key_file)
    with socket.create_server(("127.0.0.1", 0)) as gateway, socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, context, gateway.getsockname()), daemon=True).start()
        with socket.create_connection(listener.getsockname()) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                while plain.recv(1000):
                    pass
        trusting = ssl.create_default_context(cafile=ca.ca_file)
        raw = socket.create_connection(listener.getsockname())
        with trusting.wrap_socket(raw, server_hostname="localhost") as client:
            accepted, _ = gateway.accept()
            with accepted:
                client.sendall(b"hello")
                assert accepted.recv(5) == b"hello"
        listener.shutdown(socket.SHUT_RDWR)
