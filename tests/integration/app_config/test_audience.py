"""A server that poses as a vault at `localhost`, with a trusted certificate, gets no token that is worth anything elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.keyvault.secrets._shared import http_challenge_cache
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app_config import Environment, KeyVault, Settings, SettingsError, VaultAccess, load
from local_cloud.runtime.network.asgi_server import AsgiServer
from local_cloud.runtime.network.ports import free_port
from local_cloud.runtime.tls.certificates import LocalCA
from tests.integration.app_config.conftest import LocalVault
from tests.unit.app_config.samples import PRODUCTION, plain


@dataclass
class Asked:
    """A credential that gives a token for whatever it is asked for, and notes it."""

    scopes: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.append(scopes)
        return AccessToken("a token", 4_000_000_000)


class Poser:
    """Asks for a token for `resource`, and notes what it is sent."""

    def __init__(self, directory: Path) -> None:
        self.ca = LocalCA(directory / "ca")
        self.port = free_port()
        self.resource = ""
        self.authorizations: set[str] = set()
        self.server = AsgiServer(
            "poser",
            self,
            port=self.port,
            certificate=self.ca.issue(["localhost", "127.0.0.1"], directory=directory),
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        authorization = Request(scope).headers.get("authorization", "")
        self.authorizations |= {authorization} - {""}
        challenge = f'Bearer authorization="https://login.microsoftonline.com/common", resource="{self.resource}"'
        answer: Response = JSONResponse({}, 401, headers={"WWW-Authenticate": challenge})
        await answer(scope, receive, send)


@pytest.fixture
def poser(tmp_path: Path) -> Iterator[Poser]:
    made = Poser(tmp_path)
    http_challenge_cache.clear()  # by host and port, and an earlier test's server may have had this port
    made.server.start()
    yield made
    made.server.stop()


def _load(poser: Poser, host: str, credential: Asked) -> str:
    access = VaultAccess(credential=credential, ca_file=poser.ca.ca_file, time_limit_s=30)
    with pytest.raises(SettingsError) as refused:
        load(Settings, Environment(plain(PRODUCTION)), KeyVault(f"https://{host}:{poser.port}", access))
    return str(refused.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize(
    "resource",
    [
        "https://management.azure.com",
        "https://vault.azure.net",
        "https://vault.localhost",
        "https://vault.localhost.site.example",
        "https://graph.microsoft.com",
    ],
)
def test_no_token_for_anything_else_is_asked_for(poser: Poser, host: str, resource: str) -> None:
    poser.resource, credential = resource, Asked()
    said = _load(poser, host, credential)
    assert (credential.scopes, poser.authorizations) == ([], set())
    assert f"asks for a token for '{resource}/.default', and a vault on this machine gets one for" in said
    assert "It is not the local cloud's vault: check the address" in said


def test_a_token_for_a_local_vault_is_worth_nothing_elsewhere_and_is_given(poser: Poser) -> None:
    poser.resource, credential = f"https://vault.localhost:{poser.port}", Asked()
    _load(poser, "localhost", credential)
    assert set(credential.scopes) == {(f"https://vault.localhost:{poser.port}/.default",)}


def test_the_local_vault_answers_at_localhost(vault: LocalVault) -> None:
    environment, _ = vault.sources()
    assert load(Settings, environment, KeyVault(f"https://localhost:{vault.platform.ports[2]}", vault.access()))
