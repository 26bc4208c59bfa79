from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import jwt
import pytest

from local_cloud.runtime.network.asgi_server import AsgiServer
from local_cloud.runtime.network.ports import free_port
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.edge.backend import AccessApplication
from local_cloud.services.edge.backend.access import Access
from local_cloud.services.edge.backend.team import team_domain
from tests.integration.examples.conftest import Start

IMAGE = "ghcr.io/ecent/ignition-admin@sha256:00"
ENVIRONMENT = {"HOST": "127.0.0.1", "API_PUBLIC_URL": "https://api.ecent.test", "APP_ENV": "development"}


def test_the_page_knows_where_the_api_is(start: Start) -> None:
    url = start(IMAGE, {**ENVIRONMENT, "CONSOLE_ENV": "development"})
    assert '<main data-api="https://api.ecent.test">' in httpx.get(url).text


def test_its_script_and_style_are_served(start: Start) -> None:
    url = start(IMAGE, ENVIRONMENT)
    for file in ("admin.js", "admin.css"):
        assert httpx.get(f"{url}/static/{file}").status_code == 200


AUDIENCE = "a1" * 32


@dataclass(frozen=True)
class Team:
    """A team domain as the local edge has it, and what an app behind it is told."""

    directory: Path
    url: str
    ca_file: Path

    @property
    def environment(self) -> dict[str, str]:
        told = {"ACCESS_TEAM_DOMAIN": self.url, "ACCESS_AUDIENCE": AUDIENCE, "SSL_CERT_FILE": str(self.ca_file)}
        return {**ENVIRONMENT, **told}

    def token(self, *, aud: str = AUDIENCE, issuer: str | None = None, key: str = "key.pem", age_s: float = 0) -> str:
        application = AccessApplication(host="admin", aud=aud, name="Admin", everyone=True, session_s=3600)
        access = Access(self.directory / key, issuer=issuer or self.url, clock=lambda: time.time() - age_s)
        session = access.sign_in(application, "ana@ecent.online")
        assert session is not None
        return session.token


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    directory, port = tmp_path_factory.mktemp("team"), free_port()
    ca = LocalCA(directory / "ca")
    made = Team(directory, f"https://localhost:{port}", ca.ca_file)
    app = team_domain(Access(directory / "key.pem", issuer=made.url))
    server = AsgiServer("team", app, port=port, certificate=ca.issue(["localhost"], directory=directory / "tls"))
    server.start()
    yield made
    server.stop()


def status(url: str, *tokens: str) -> int:
    return httpx.get(url, headers=[("Cf-Access-Jwt-Assertion", each) for each in tokens]).status_code


def test_whoever_signed_in_at_access_gets_the_page(start: Start, team: Team) -> None:
    assert status(start(IMAGE, team.environment), team.token()) == 200


def test_without_a_valid_token_of_access_only_the_probe_is_answered(start: Start, team: Team) -> None:
    url = start(IMAGE, team.environment)
    claims = {"aud": [AUDIENCE], "iss": team.url, "iat": int(time.time()), "exp": int(time.time()) + 60}
    refused = {
        "unsigned": jwt.encode(claims, None, algorithm="none"),
        "of another application": team.token(aud="b" * 64),
        "of another team": team.token(issuer="https://other.cloudflareaccess.com"),
        "of another key": team.token(key="other.pem"),
        "ended": team.token(age_s=7200),
        "no token": "x",
    }
    assert {what: status(url, token) for what, token in refused.items()} == dict.fromkeys(refused, 403)
    assert status(url) == status(url, team.token(), team.token()) == 403
    assert httpx.get(f"{url}/static/admin.js").status_code == 403
    assert httpx.get(f"{url}/health").status_code == 200


def test_without_the_keys_nobody_gets_in(start: Start, team: Team) -> None:
    unreachable = {**team.environment, "ACCESS_TEAM_DOMAIN": f"https://localhost:{free_port()}"}
    assert status(start(IMAGE, unreachable), team.token()) == 403


def test_without_an_audience_no_token_is_valid(start: Start, team: Team) -> None:
    assert status(start(IMAGE, {**team.environment, "ACCESS_AUDIENCE": "none"}), team.token()) == 403
