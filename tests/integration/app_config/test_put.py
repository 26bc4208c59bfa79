"""`app-config put`, and `rotate` from outside of a closed vault: a local HTTPS server in ARM's shape, and the local cloud's vault."""

from __future__ import annotations

import json
import os
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.integration.app_config.conftest import LocalVault
from tests.unit.app_config.samples import PRODUCTION, outputs, plain

VAULT_ID = "/subscriptions/S/resourceGroups/rg-ignition-prod/providers/Microsoft.KeyVault/vaults/kv-ignition"
VALUE = "GOCSPX-example_Of-a_secret0"
NAME = "AUTH_OAUTH_GOOGLE_CLIENT_SECRET"
ADDRESS = "https://kv-ignition.vault.azure.net/secrets/AUTH-OAUTH-GOOGLE-CLIENT-SECRET"


class Management:
    """Azure's management interface, as far as secrets of one vault go; `answers` stand in for the next answers to a PUT."""

    def __init__(self) -> None:
        self.secrets: dict[str, dict[str, Any]] = {}
        self.seen: list[tuple[str, str, str]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.url = ""

    def answer(self, method: str, path: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path.startswith("/secrets/"):  # the vault itself, whose network is closed
            refusal = {"code": "Forbidden", "message": "closed", "innererror": {"code": "ForbiddenByFirewall"}}
            return 403, {"error": refusal}
        place, _, query = path.partition("?")
        self.seen.append((method, path, token))
        vault, _, name = place.partition("/secrets/")
        if query != "api-version=2023-07-01":
            return 400, {"error": {"code": "InvalidApiVersionParameter", "message": query}}
        if vault != VAULT_ID:
            return 404, {"error": {"code": "ResourceNotFound", "message": f"{vault} was not found"}}
        if method == "GET":
            found = self.secrets.get(name)
            return (200, found) if found else (404, {"error": {"code": "SecretNotFound", "message": name}})
        if self.answers:
            return self.answers.pop(0)
        version = f"{len(self.seen):032x}"
        properties = {**body["properties"], "secretUriWithVersion": f"{ADDRESS}/{version}"}
        self.secrets[name] = {**body, "properties": properties}
        return 200, {"properties": {key: value for key, value in properties.items() if key != "value"}}


class _Handler(BaseHTTPRequestHandler):
    management: Management

    def do_GET(self) -> None:
        self._answer({})

    def do_PUT(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: dict[str, Any]) -> None:
        status, said = self.management.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing: a test reads what it wants from `seen`."""


@pytest.fixture
def management(vault: LocalVault, tmp_path: Path) -> Iterator[Management]:
    made = Management()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"management": made}))
    certificate = vault.platform.ca.issue(["localhost", "127.0.0.1"], directory=tmp_path / "management")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert_file, certificate.key_file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made.url = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(vault: LocalVault, management: Management, tmp_path: Path) -> Run:
    """Runs `app-config` as somebody who ran `az login`; the Azure CLI is one that hands out a token and notes its arguments."""
    cli = tmp_path / "bin" / "az"
    cli.parent.mkdir()
    token = {"accessToken": "a-token", "expiresOn": "2999-01-01 00:00:00.000000", "expires_on": 32472144000}
    cli.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$*\" >> {tmp_path}/az.log\nprintf '%s' '{json.dumps(token)}'\n")
    cli.chmod(cli.stat().st_mode | stat.S_IXUSR)

    def run_(*arguments: str, value: str = VALUE) -> subprocess.CompletedProcess[str]:
        environ = {name: text for name, text in os.environ.items() if name not in PRODUCTION}
        options = ("--management", management.url, "--credential", "cli", "--ca-file", str(vault.platform.ca.ca_file))
        return subprocess.run(
            [sys.executable, "-m", "app_config.command", *arguments, *options],
            env={**environ, "PATH": f"{cli.parent}:{environ['PATH']}", "PYTHONPATH": str(Path.cwd())},
            input=value,
            text=True,
            check=False,
            capture_output=True,
        )

    return run_


@pytest.fixture
def saved(tmp_path: Path) -> str:
    """Saved outputs of a stack whose vault is closed."""
    file = tmp_path / "outputs.json"
    settings = outputs(plain(PRODUCTION), {NAME: ADDRESS, "DATABASE_URL": f"{ADDRESS}/1"}) | {"vault": {"id": VAULT_ID}}
    file.write_text(json.dumps({"settings": settings}))
    return str(file)


def stored(management: Management) -> dict[str, Any]:
    return management.secrets["AUTH-OAUTH-GOOGLE-CLIENT-SECRET"]


def test_a_secret_is_stored_by_the_management_interface_and_shown_nowhere(
    run: Run, saved: str, management: Management, tmp_path: Path
) -> None:
    done = run("put", NAME, "--outputs", saved, value=f"{VALUE}\n")
    assert done.returncode == 0, done.stderr
    assert stored(management)["properties"]["value"] == VALUE
    assert f"has the new version {2:032x}" in done.stdout
    assert VALUE not in done.stdout + done.stderr + (tmp_path / "az.log").read_text()
    assert {token for _, _, token in management.seen} == {"Bearer a-token"}
    assert f"--resource {management.url}" in (tmp_path / "az.log").read_text()


def test_content_type_and_tags_stay(run: Run, saved: str, management: Management) -> None:
    before = {"properties": {"contentType": "client secret at Google"}, "tags": {"project": "ignition"}}
    management.secrets["AUTH-OAUTH-GOOGLE-CLIENT-SECRET"] = before
    assert run("put", NAME, "--outputs", saved).returncode == 0
    assert stored(management)["tags"] == {"project": "ignition"}
    assert stored(management)["properties"]["contentType"] == "client secret at Google"


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (403, "AuthorizationFailed", "needs a role with Microsoft.KeyVault/vaults/secrets/write"),
        (401, "InvalidAuthenticationTokenTenant", "does not accept the token"),
        (409, "ConflictError", "was deleted and can be brought back"),
        (400, "BadParameter", "Azure answers 400 (BadParameter)"),
    ],
)
def test_a_refusal_says_what_to_do_and_not_what_was_sent(
    run: Run, saved: str, management: Management, *, status: int, code: str, says: str
) -> None:
    management.answers.append((status, {"error": {"code": code, "message": f"no: {VALUE}"}}))
    done = run("put", NAME, "--outputs", saved)
    assert done.returncode == 1
    assert says in done.stderr
    assert VALUE not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_throttling_is_waited_for(run: Run, saved: str, management: Management) -> None:
    management.answers.append((429, {"error": {"code": "TooManyRequests", "message": ""}}))
    assert run("put", NAME, "--outputs", saved).returncode == 0
    assert stored(management)["properties"]["value"] == VALUE


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", VALUE, "the stack makes and rotates it"),
        ("SERVER_PORT", VALUE, "it is not a secret"),
        ("NOTHING", VALUE, "no variable has this name"),
        (NAME, "", "has no value on standard input"),
        (NAME, "two\nlines", "spaces or line ends"),
        (NAME, " padded", "spaces or line ends"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_asked(
    run: Run, saved: str, management: Management, *, name: str, value: str, says: str
) -> None:
    done = run("put", name, "--outputs", saved, value=value)
    assert done.returncode == 1
    assert says in done.stderr
    assert management.seen == []


def test_a_vault_that_is_not_there_is_named(run: Run, management: Management, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    elsewhere = VAULT_ID.replace("kv-ignition", "kv-elsewhere")
    file.write_text(json.dumps({"settings": outputs({}, {NAME: ADDRESS}) | {"vault": {"id": elsewhere}}}))
    done = run("put", NAME, "--outputs", str(file))
    assert f"there is no vault {elsewhere} (ResourceNotFound)" in done.stderr


def test_a_stack_of_an_older_release_is_said_to_be_one(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "older.json"
    file.write_text(json.dumps({"settings": outputs({}, {NAME: ADDRESS})}))
    assert "Run `pulumi up` with this release" in run("put", NAME, "--outputs", str(file)).stderr


@pytest.mark.usefixtures("officer")
def test_the_local_clouds_vault_is_written_directly(vault: LocalVault, tmp_path: Path) -> None:
    file = tmp_path / "local.json"
    file.write_text(json.dumps({"settings": outputs({}, {NAME: vault.address(NAME, version=False)})}))
    argv = ["put", NAME, "--outputs", str(file), "--credential", "managed-identity"]
    done = subprocess.run(
        [sys.executable, "-m", "app_config.command", *argv, "--ca-file", str(vault.platform.ca.ca_file)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        input=VALUE,
        text=True,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    kv = vault.platform.key_vault
    assert kv.secrets.get(kv.vaults.get("kv-ignition"), "AUTH-OAUTH-GOOGLE-CLIENT-SECRET").value == VALUE


def test_rotating_goes_around_a_closed_network_and_says_that_the_old_version_has_no_end(
    run: Run, management: Management, tmp_path: Path
) -> None:
    file = tmp_path / "closed.json"
    addresses = {"SESSION_SECRET": f"{management.url}/secrets/SESSION-SECRET"}
    file.write_text(json.dumps({"settings": outputs({}, addresses) | {"vault": {"id": VAULT_ID}}}))
    done = run("rotate", "SESSION_SECRET", "--outputs", str(file))
    assert done.returncode == 0, done.stderr
    value = management.secrets["SESSION-SECRET"]["properties"]["value"]
    assert len(value) >= 32
    assert value not in done.stdout + done.stderr
    assert "has no end" in done.stdout
