"""The front lets a client hear the answer to an upload that nobody read, and tells nobody which buckets there are."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.runtime.certificates import LocalCA
from local_cloud.services.object_storage.backend.front import Answer, Front, Relay

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
        relay = threading.Thread(target=Relay(server, near, Answer(lambda _: True)).run)
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
        threading.Thread(target=Relay(server, near, Answer(lambda _: True)).run).start()
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
        front = Front(gateway.getsockname()[1], tmp_path)
        threading.Thread(target=front.serve, args=(listener, context), daemon=True).start()
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


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s"


def _answered(request: bytes, answer: bytes, *, piece: int = 1000) -> bytes:
    """What a client gets, for an answer that comes in pieces of some size; there is one bucket, `media`."""
    told = Answer(lambda bucket: bucket == "media")
    told.asked(request)
    pieces = [answer[start : start + piece] for start in range(0, len(answer), piece)]
    return b"".join(told.given(each) for each in [*pieces, b""])


def _error(code: bytes) -> bytes:
    body = b"<Error><Code>%s</Code></Error>" % code
    return NOT_FOUND % (len(body), body)


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_bucket_that_is_not_there_is_forbidden_like_any_other(piece: int, before: bytes) -> None:
    got = _answered(b"PUT /nowhere/k HTTP/1.1\r\n", before + _error(b"NoSuchBucket"), piece=piece)
    assert got.startswith(before + b"HTTP/1.1 403 Forbidden\r\n")
    assert b"<Code>AccessDenied</Code>" in got
    assert b"NoSuchBucket" not in got


@pytest.mark.parametrize("target", [b"/nowhere", b"/nowhere/a/b?c=d", b"http://localhost:1/nowhere/k", b"/..%2F/k"])
def test_the_answer_to_a_head_has_no_body_to_tell_by(target: bytes) -> None:
    got = _answered(b"HEAD %s HTTP/1.1\r\n" % target, NOT_FOUND % (300, b""))
    assert got.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert got.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET /media/k HTTP/1.1\r\n", _error(b"NoSuchKey")),
        (b"HEAD /media/k HTTP/1.1\r\n", NOT_FOUND % (300, b"")),
        (b"GET / HTTP/1.1\r\n", NOT_FOUND % (0, b"")),
        (b"HEAD / HTTP/1.1\r\n", NOT_FOUND % (0, b"")),
        (b"GET /media/k HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n\r\n<Code>NoSuchBucket</Code>"),
        (b"GET /nowhere/k HTTP/1.1\r\n", b"HTTP/1.1 403 Forbidden\r\n\r\n<Code>SignatureDoesNotMatch</Code>"),
        (b"", b"HTTP"),
    ],
)
def test_every_other_answer_passes_as_it_is(request_: bytes, answer: bytes, piece: int) -> None:
    assert _answered(request_, answer, piece=piece) == answer


def test_an_answer_passes_before_it_is_complete() -> None:
    told = Answer(lambda _: True)
    told.asked(b"GET /media/large HTTP/1.1\r\n")
    assert told.given(b"HTTP/1.1 200 OK\r\n") == b"HTTP/1.1 200 OK\r\n"
    assert told.given(b"\r\nthe beginning") == b"\r\nthe beginning"
