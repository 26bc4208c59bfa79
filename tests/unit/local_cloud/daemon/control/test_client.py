"""The command line shows its token to the daemon that made it, and to nobody else who listens on its port."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local_cloud.background import Address, BackgroundError
from local_cloud.daemon.control.client import Client
from local_cloud.daemon.control.token import new_token, proof, read_token

Prove = Callable[[str], bytes]


class _Server(ThreadingHTTPServer):
    """Answers questions for a proof by `prove`, and keeps what it was sent."""

    prove: Prove
    asked: list[tuple[str, str | None]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path.partition("?")[0], self.headers["Authorization"]))
        is_question = self.path.startswith("/api/proof")
        body = self.server.prove(self.path.partition("nonce=")[2]) if is_question else b'{"from": "the server"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def _serving(prove: Prove) -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.prove, server.asked = prove, []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _client(state: Path, server: _Server) -> Client:
    return Client(state, Address(1, 1, "", {"control_port": str(server.server_port)}))


@pytest.fixture
def serving() -> Iterator[Callable[[Prove], _Server]]:
    with ExitStack() as stack:
        yield lambda prove: stack.enter_context(_serving(prove))


def _knows(token: str, port: Callable[[], int]) -> Prove:
    return lambda nonce: json.dumps({"proof": proof(token, nonce, port())}).encode()


def test_the_daemon_is_shown_the_token(tmp_path: Path, serving: Callable[[Prove], _Server]) -> None:
    token = new_token(tmp_path)
    daemon = serving(_knows(token, lambda: daemon.server_port))
    assert _client(tmp_path, daemon).get("/api/status") == {"from": "the server"}
    assert daemon.asked == [("/api/proof", None), ("/api/status", f"Bearer {token}")]


@pytest.mark.parametrize(
    "said", [b"", b"{}", b"[]", b'{"proof": null}', b'{"proof": "00"}', b'{"proof": "\xc3\xa4"}', b"\xff"]
)
def test_a_stranger_on_the_port_is_shown_nothing(
    tmp_path: Path, serving: Callable[[Prove], _Server], said: bytes
) -> None:
    new_token(tmp_path)
    stranger = serving(lambda _nonce: said)
    with pytest.raises(
        BackgroundError, match=r"does not know the key in .*control-token.*Nothing was sent to it; `ignition down`"
    ):
        _client(tmp_path, stranger).get("/api/status")
    assert stranger.asked == [("/api/proof", None)]


def test_a_stranger_that_asks_the_daemon_on_its_new_port_is_shown_nothing(
    tmp_path: Path, serving: Callable[[Prove], _Server]
) -> None:
    token = new_token(tmp_path)
    daemon = serving(_knows(token, lambda: daemon.server_port))

    def relayed(nonce: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", daemon.server_port)
        connection.request("GET", f"/api/proof?nonce={nonce}")
        answer = connection.getresponse().read()
        connection.close()
        return answer

    stranger = serving(relayed)
    with pytest.raises(BackgroundError, match="does not know the key"):
        _client(tmp_path, stranger).get("/api/status")
    assert {shown for _, shown in [*stranger.asked, *daemon.asked]} == {None}


def test_an_answer_to_an_earlier_question_proves_nothing(tmp_path: Path, serving: Callable[[Prove], _Server]) -> None:
    token = new_token(tmp_path)
    kept: list[bytes] = []

    def replayed(nonce: str) -> bytes:
        kept.append(json.dumps({"proof": proof(token, nonce, stranger.server_port)}).encode())
        return kept[0]

    stranger = serving(replayed)
    _client(tmp_path, stranger).get("/first")
    with pytest.raises(BackgroundError, match="does not know the key"):
        _client(tmp_path, stranger).get("/second")


def test_the_token_is_another_one_at_each_start(tmp_path: Path) -> None:
    first = new_token(tmp_path)
    assert new_token(tmp_path) == read_token(tmp_path) != first


def test_a_token_that_cannot_be_read_is_said(tmp_path: Path, serving: Callable[[Prove], _Server]) -> None:
    with pytest.raises(
        BackgroundError, match=r"control-token cannot be read \(No such file or directory\); `ignition down`"
    ):
        _client(tmp_path, serving(lambda _nonce: b"")).get("/api/status")


def test_a_port_on_which_nobody_listens_is_said(tmp_path: Path) -> None:
    new_token(tmp_path)
    with _serving(lambda _nonce: b"") as server:
        client = _client(tmp_path, server)
    with pytest.raises(BackgroundError, match=r"does not answer \(.*refused.*its log is"):
        client.get("/api/status")
