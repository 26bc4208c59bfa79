"""A relay lets a client hear the answer to an upload that nobody read."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.object_storage.backend.answer import Answer
from local_cloud.services.object_storage.backend.relay import Relay

ANSWER = b"HTTP/1.1 403 Forbidden\r\n\r\n"


def _any_answer() -> Answer:
    return Answer("PUT", "/media/k", lambda _: True)


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
        relay = threading.Thread(target=Relay(server, near, _any_answer()).run)
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
        threading.Thread(target=Relay(server, near, _any_answer()).run).start()
        threading.Thread(target=client.sendall, args=(sent,)).start()
        received = bytearray()
        while len(received) < len(sent):
            received += gateway.recv(100_000)
        assert bytes(received) == sent
        gateway.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""


def test_what_was_read_before_goes_first(client_and_server: tuple[ssl.SSLSocket, ssl.SSLSocket]) -> None:
    client, server = client_and_server
    near, gateway = socket.socketpair()
    with near, gateway:
        threading.Thread(target=Relay(server, near, _any_answer(), begun=b"before ").run).start()
        client.sendall(b"after")
        received = bytearray()
        while len(received) < len(b"before after"):
            received += gateway.recv(1000)
        assert bytes(received) == b"before after"
        gateway.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
