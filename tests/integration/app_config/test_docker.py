"""The docker command itself reads what `--format docker-env` writes; the engine behind it only writes down what it gets."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from pydantic import SecretStr

from app_config import SettingsError
from app_config.exports import ExportFormat, export
from tests.unit.app_config.samples import PRODUCTION
from tests.unit.app_config.test_exports import VALUES, plain, wrap


class Engine(ThreadingHTTPServer):
    """Answers `docker create`, and keeps the environment that it was asked for."""

    asked: dict[str, str]


class _Requests(BaseHTTPRequestHandler):
    server: Engine

    def do_HEAD(self) -> None:
        self._answer(200, {})

    def do_GET(self) -> None:
        self._answer(200, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked = dict(entry.split("=", 1) for entry in body["Env"] or [])
        self._answer(201, {"Id": "made", "Warnings": []})

    def _answer(self, status: int, content: object) -> None:
        body = b"" if self.command == "HEAD" else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.47")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    if shutil.which("docker") is None:
        pytest.skip("there is no docker command on this machine")
    with Engine(("127.0.0.1", 0), _Requests) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def read_by_docker(engine: Engine, text: str, directory: Path) -> dict[str, str]:
    file = directory / "docker.env"
    file.write_bytes(text.encode())
    argv = ["docker", "--host", f"tcp://127.0.0.1:{engine.server_port}", "create", "--env-file", str(file), "image"]
    subprocess.run(argv, check=True, capture_output=True)
    return engine.asked


def test_docker_reads_the_whole_contract(engine: Engine, tmp_path: Path) -> None:
    text = export({name: SecretStr(value) for name, value in PRODUCTION.items()}, ExportFormat.DOCKER_ENV)
    assert read_by_docker(engine, text.get_secret_value(), tmp_path) == PRODUCTION


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_docker_reads_back_any_value_that_was_not_refused(engine: Engine, tmp_path: Path, values: list[str]) -> None:
    try:
        text = export(wrap(values), ExportFormat.DOCKER_ENV)
    except SettingsError:
        assume(False)
        raise
    assert read_by_docker(engine, text.get_secret_value(), tmp_path) == plain(values)
