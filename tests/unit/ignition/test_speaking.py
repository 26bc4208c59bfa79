"""Commands against an endpoint that answers as the daemon's does."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from ignition.developer.logs import command as logs
from ignition.developer.open_ import command as open_
from local_cloud.background import Address, BackgroundError
from local_cloud.daemon.control.client import Client
from local_cloud.daemon.control.token import proof

STATUS = {
    "endpoints": {
        "api": {"url": "https://api.ecent.test", "address": "127.0.0.1:443"},
        "console": {"url": "http://127.0.0.1:1/"},
    }
}
LINK = "http://127.0.0.1:1/sign-in?code=once&more"


class _Control(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        if self.path.startswith("/api/proof?nonce="):
            self._prove(self.path.partition("=")[2])
        elif self.headers["Authorization"] != "Bearer key":
            self._answer(401, b"no key")
        elif self.path == "/api/status":
            self._answer(200, json.dumps(STATUS).encode())
        elif self.path in {"/api/logs/api", "/api/logs/api?follow=1"}:
            self._answer(200, b"one\ntwo\n" + (b"three\n" if "follow" in self.path else b""))
        else:
            self._answer(404, b"there is no app 'nobody'; there are api and admin")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        asked = (self.path, self.headers["Authorization"], self.headers["Content-Type"])
        known = asked == ("/api/sign-in-codes", "Bearer key", "application/json")
        self._answer(*((201, json.dumps({"url": LINK}).encode()) if known else (404, b"no")))

    def _prove(self, nonce: str) -> None:
        self._answer(200, json.dumps({"proof": proof("key", nonce, self.server.server_port)}).encode())

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "control-token").write_text("key")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Control) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        client = Client(tmp_path, Address(1, 1, "", {"control_port": str(server.server_port)}))
        monkeypatch.setattr("ignition.platform.running.connect", lambda _state: client)
        yield tmp_path
        server.shutdown()
        thread.join()


def test_logs_are_printed_line_by_line() -> None:
    assert CliRunner().invoke(logs, ["api"]).output == "one\ntwo\n"


def test_logs_are_followed_when_asked() -> None:
    assert CliRunner().invoke(logs, ["api", "-f"]).output == "one\ntwo\nthree\n"


def test_an_unknown_app_is_answered_in_the_daemons_words() -> None:
    with pytest.raises(BackgroundError, match="there are api and admin"):
        CliRunner().invoke(logs, ["nobody"], catch_exceptions=False)


def test_the_browser_gets_the_way_into_the_console_in_a_file_that_only_its_owner_reads(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    file = state / "open-console.html"
    file.write_text("of an earlier time")
    file.chmod(0o644)
    assert CliRunner().invoke(open_, []).exit_code == 0
    assert opened == [file.as_uri()]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert 'content="0; url=http://127.0.0.1:1/sign-in?code=once&amp;more"' in file.read_text()


def test_the_link_into_the_console_is_printed_when_asked(state: Path) -> None:
    assert CliRunner().invoke(open_, ["--print"]).output == f"{LINK}\n"
    assert not (state / "open-console.html").exists()


def test_without_a_browser_the_address_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _url: False)
    answer = CliRunner().invoke(open_, ["api"])
    assert (answer.exit_code, "https://api.ecent.test" in answer.output) == (1, True)


def test_what_is_not_there_yet_is_not_opened() -> None:
    answer = CliRunner().invoke(open_, ["admin"])
    assert (answer.exit_code, "admin is not there yet" in answer.output) == (1, True)
