"""Commands against an endpoint that answers as the daemon's does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from ignition.developer.logs import command as logs
from ignition.developer.open_ import command as open_
from local_cloud.background import Address, BackgroundError
from local_cloud.daemon.client import Client

STATUS = {
    "endpoints": {
        "api": {"url": "https://api.ecent.test", "address": "127.0.0.1:443"},
        "console": {"url": "http://localhost:1/"},
    }
}


class _Control(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Bearer key":
            self._answer(401, b"no key")
        elif self.path == "/api/status":
            self._answer(200, json.dumps(STATUS).encode())
        elif self.path in {"/api/logs/api", "/api/logs/api?follow=1"}:
            self._answer(200, b"one\ntwo\n" + (b"three\n" if "follow" in self.path else b""))
        else:
            self._answer(404, b"there is no app 'nobody'; there are api and admin")

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


def test_the_console_opens_with_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    assert CliRunner().invoke(open_, []).exit_code == 0
    assert opened == ["http://localhost:1/?token=key"]


def test_without_a_browser_the_address_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _url: False)
    answer = CliRunner().invoke(open_, ["api"])
    assert (answer.exit_code, "https://api.ecent.test" in answer.output) == (1, True)


def test_what_is_not_there_yet_is_not_opened() -> None:
    answer = CliRunner().invoke(open_, ["admin"])
    assert (answer.exit_code, "admin is not there yet" in answer.output) == (1, True)
