"""Vault, identity endpoint and token authority refuse what a browser sends for the page of another site, valid credentials or not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from local_cloud.services.identity.backend import Principal
from tests.integration.key_vault.platform import TENANT, Platform

_PAGE = "http://127.0.0.1:3999"
_SAME_SITE = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
_ASKED = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,x-identity-header"}


@dataclass(frozen=True)
class Server:
    """One of them, asked as those it serves ask it."""

    client: httpx.Client
    path: str

    def ask(self, method: str = "GET", **headers: str) -> httpx.Response:
        return self.client.request(
            method, self.path, headers={name.replace("_", "-"): each for name, each in headers.items()}
        )


@pytest.fixture(params=["vault", "identity endpoint", "token authority"])
def server(request: pytest.FixtureRequest, platform: Platform, reader: Principal) -> Iterator[Server]:
    platform.key_vault.secrets.put(platform.key_vault.vaults.get("kv-ignition"), "A", "v")
    identity_port, authority_port, vault_port = platform.ports
    variables = platform.identity.endpoint_for("api", [reader.client_id])
    where = {
        "vault": (
            f"https://127.0.0.1:{vault_port}",
            "/secrets/A?api-version=7.4",
            {"Authorization": f"Bearer {platform.identity.token_for(reader)}"},
        ),
        "identity endpoint": (
            f"http://127.0.0.1:{identity_port}",
            f"/msi/api/token?resource=https://vault.azure.net&client_id={reader.client_id}",
            {"X-IDENTITY-HEADER": variables["IDENTITY_HEADER"]},
        ),
        "token authority": (f"https://127.0.0.1:{authority_port}", f"/{TENANT}/discovery/v2.0/keys", {}),
    }
    base, path, headers = where[request.param]
    context = ssl.create_default_context(cafile=str(platform.ca.ca_file))
    with httpx.Client(base_url=base, headers=headers, verify=context, trust_env=False) as client:
        yield Server(client, path)


def test_a_program_is_answered(server: Server) -> None:
    assert server.ask().status_code == 200


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.rebound.example:443", "kv-ignition.vault.azure.net"])
def test_a_name_that_is_rebound_to_loopback_is_refused(server: Server, host: str) -> None:
    assert server.ask(Host=host).status_code == 400


@pytest.mark.parametrize("origin", [_PAGE, "https://site.example", "null"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_page_of_another_site_or_port_is_refused(server: Server, method: str, origin: str) -> None:
    answer = server.ask(method, Origin=origin, Content_Type="text/plain", **_SAME_SITE)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_what_such_a_page_embeds_without_an_origin_is_refused(server: Server) -> None:
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert server.ask(**embedded).status_code == 403


def test_a_preflight_gets_no_permission(server: Server) -> None:
    answer = server.ask("OPTIONS", Origin=_PAGE, **_ASKED, **_SAME_SITE)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
