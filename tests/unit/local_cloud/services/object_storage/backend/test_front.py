"""The front survives every client, and what it refuses does not reach the gateway."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.object_storage.backend.admission import Admission
from local_cloud.services.object_storage.backend.front import Front
from tests.support.waiting import until

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Gateway:
    """Takes requests at a socket file, says 200 to each, and remembers them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.got: list[bytes] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                self.got.append(connection.recv(100_000))
                connection.sendall(OK)


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(tmp_path / "s3.sock")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener
        listener.shutdown(socket.SHUT_RDWR)


def _front(gateway: Gateway, tmp_path: Path, **options: int) -> Front:
    return Front(gateway.path, tmp_path, Admission(["localhost"]), **options)


@pytest.fixture
def plain(gateway: Gateway, listener: socket.socket, tmp_path: Path) -> tuple[str, int]:
    """Address of a front without TLS."""
    threading.Thread(target=_front(gateway, tmp_path).serve, args=(listener, None), daemon=True).start()
    return listener.getsockname()


def _answer(client: socket.socket) -> bytes:
    client.settimeout(10)
    answer = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while data := client.recv(1000):
            answer += data
    return bytes(answer)


def _ask(address: tuple[str, int], request: bytes) -> bytes:
    with socket.create_connection(address) as client:
        client.sendall(request)
        return _answer(client)


def test_a_client_that_speaks_no_tls_does_not_end_the_service(
    gateway: Gateway, listener: socket.socket, tmp_path: Path
) -> None:
    ca = LocalCA(tmp_path / "ca")
    certificate = ca.issue(["localhost"], directory=tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert_file, certificate.key_file)
    threading.Thread(target=_front(gateway, tmp_path).serve, args=(listener, context), daemon=True).start()
    _ask(listener.getsockname(), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert gateway.got == []
    trusting = ssl.create_default_context(cafile=ca.ca_file)
    raw = socket.create_connection(listener.getsockname())
    with trusting.wrap_socket(raw, server_hostname="localhost") as client:
        client.sendall(b"GET /media HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert _answer(client) == OK


def test_a_request_reaches_the_gateway_as_it_was_checked(gateway: Gateway, plain: tuple[str, int]) -> None:
    request = b"PUT /media/k HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody"
    assert _ask(plain, request) == OK
    assert gateway.got == [
        b"PUT /media/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody"
    ]


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: attacker.example\r\n\r\n",
        b"DELETE /media/k?uploadId=../../other HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"PATCH /list-users HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /media?delete HTTP/1.1\r\nHost: localhost\r\nContent-Length: 59\r\n\r\n"
        b"<Delete><Object><Key>../other/k</Key></Object></Delete>    ",
    ],
)
def test_what_is_refused_never_reaches_the_gateway(gateway: Gateway, plain: tuple[str, int], request_: bytes) -> None:
    assert _ask(plain, request_).startswith(b"HTTP/1.1 4")
    assert gateway.got == []


def test_a_list_of_keys_goes_on_whole_and_its_client_need_not_be_asked_for_it_again(
    gateway: Gateway, plain: tuple[str, int]
) -> None:
    body = b"<Delete><Object><Key>k</Key></Object></Delete>"
    head = (
        b"POST /media?delete HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        % len(body)
    )
    with socket.create_connection(plain) as client:
        client.sendall(head)
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert _answer(client) == OK
    assert gateway.got[0].endswith(b"\r\n\r\n" + body)
    assert b"expect" not in gateway.got[0]


def test_an_upload_that_is_refused_by_its_head_gets_the_answer(gateway: Gateway, plain: tuple[str, int]) -> None:
    head = b"PUT /media/../other/k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n"
    assert _ask(plain, head + b"x" * 8_000_000).startswith(b"HTTP/1.1 400 ")
    assert gateway.got == []


def test_silent_clients_do_not_keep_others_out(gateway: Gateway, listener: socket.socket, tmp_path: Path) -> None:
    front = _front(gateway, tmp_path, most=5)
    threading.Thread(target=front.serve, args=(listener, None), daemon=True).start()
    before = threading.active_count()
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection(listener.getsockname())) for _ in range(50)]
        assert _ask(listener.getsockname(), b"GET /media HTTP/1.1\r\nHost: localhost\r\n\r\n") == OK
        until(lambda: threading.active_count() <= before + 5, "the end of what is too many")
        assert _answer(silent[0]) == b""


def test_a_gateway_that_is_down_ends_the_connection_and_nothing_else(gateway: Gateway, plain: tuple[str, int]) -> None:
    gateway.path.rename(gateway.path.with_name("away"))
    request = b"GET /media HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert _ask(plain, request) == b""
    gateway.path.with_name("away").rename(gateway.path)
    assert _ask(plain, request) == OK
