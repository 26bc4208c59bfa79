"""Asking a probe."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local_cloud.runtime.network.ports import free_port
from local_cloud.services.container_apps.backend import HttpGet, Probe
from local_cloud.services.container_apps.backend.processes.probing import ask


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = int(self.path[1:]) if self.headers.get("X-Asked", "yes") == "yes" else 500
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"because")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def get(path: str, **more: object) -> Probe:
    return Probe(type="Liveness", timeout_s=30, http_get=HttpGet(path=path, port=8080, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [200, 204, 302, 399])
def test_statuses_below_400_succeed(port: int, status: int) -> None:
    assert ask(get(f"/{status}"), {8080: port}) is None


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_other_statuses_fail_with_what_was_said(port: int, status: int) -> None:
    assert ask(get(f"/{status}"), {8080: port}) == f"GET /{status} on port {port} answered {status}: because"


def test_headers_are_sent(port: int) -> None:
    assert ask(get("/200", headers=(("X-Asked", "no"),)), {8080: port}) is not None


def test_a_tcp_probe_connects(port: int) -> None:
    assert ask(Probe(type="Startup", tcp_port=8080, timeout_s=30), {8080: port}) is None


def test_a_closed_port_is_named() -> None:
    port = free_port()
    assert ask(Probe(type="Startup", tcp_port=8080), {8080: port}) == f"nothing listens on port {port}"


def test_what_does_not_speak_http_is_said_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def answer() -> None:
            connection, _ = listening.accept()
            connection.recv(1000)
            connection.sendall(b"220 smtp ready\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        assert "does not speak HTTP" in (ask(get("/"), {8080: port}) or "")
        thread.join()


def test_a_silent_port_is_given_up_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        probe = Probe(type="Liveness", http_get=HttpGet(path="/", port=port), timeout_s=0.05)
        assert ask(probe, {}) == f"no answer on port {port} within 0.05 s"
