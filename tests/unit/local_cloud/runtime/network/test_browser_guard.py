"""Requests that a browser sends for pages of other sites and ports are refused; those of programs and of the server's own pages pass."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse

from local_cloud.runtime.network.browser_guard import BrowserGuard

BASE = "http://127.0.0.1:4000"
OWN = {"origin": BASE, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}


def _status(method: str = "GET", headers: dict[str, str] | list[tuple[str, str]] | None = None, **options: str) -> int:
    return _answer(method, headers, **options).status_code


def _answer(
    method: str, headers: dict[str, str] | list[tuple[str, str]] | None, base: str = BASE, domain: str | None = None
) -> httpx.Response:
    async def ask() -> httpx.Response:
        guarded = BrowserGuard(PlainTextResponse("passed"), domain=domain)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url=base) as client:
            return await client.send(httpx.Request(method, f"{base}/", headers=headers))

    return asyncio.run(ask())


def _navigation(site: str, dest: str = "document") -> dict[str, str]:
    return {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": dest}


@pytest.mark.parametrize("host", ["127.0.0.1:4000", "localhost:4000", "LOCALHOST", "127.0.0.1"])
def test_a_program_passes_under_each_name_of_the_server(host: str) -> None:
    assert _status("POST", {"host": host}) == 200


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example:4000",
        "127.0.0.1.rebound.example",
        "localhost.rebound.example",
        "a.localhost:4000",
        "localhost.",
        "[::1]:4000",
        "user@localhost",
        "localhost:4000:80",
        "127.0.0.1:99999999",
        "",
    ],
)
def test_a_foreign_name_is_refused(host: str) -> None:
    answer = _answer("GET", {"host": host})
    assert (answer.status_code, "is not a name of this server; use 127.0.0.1 or localhost" in answer.text) == (
        400,
        True,
    )


def test_two_names_at_once_are_refused() -> None:
    assert _status("GET", [("host", "localhost:4000"), ("host", "rebound.example")]) == 400


@pytest.mark.parametrize(
    ("host", "status"),
    [("a.test.localhost", 200), ("test.localhost", 400), ("b.a.test.localhost", 400), (".test.localhost", 400)],
)
def test_a_server_with_a_domain_answers_to_the_names_directly_below_it(host: str, status: int) -> None:
    assert _status("GET", {"host": host}, domain="test.localhost") == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:3999",
        "http://localhost:4000",
        "https://127.0.0.1:4000",
        "http://127.0.0.1",
        "https://site.example",
        "null",
        "",
    ],
)
def test_a_page_of_another_site_port_or_scheme_is_refused(method: str, origin: str) -> None:
    assert _status(method, {"origin": origin}) == 403


def test_a_preflight_gets_no_permission() -> None:
    asked = {
        "origin": "http://127.0.0.1:3999",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    answer = _answer("OPTIONS", asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_two_origins_are_refused_when_one_is_foreign() -> None:
    assert _status("POST", [("origin", BASE), ("origin", "https://site.example")]) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("mode", "dest"),
    [
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("cors", "empty"),
        ("navigate", "iframe"),
        ("navigate", "object"),
        ("websocket", "empty"),
    ],
)
def test_what_a_page_from_elsewhere_embeds_is_refused(site: str, mode: str, dest: str) -> None:
    assert _status("GET", {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_of_a_page_from_elsewhere_is_refused(site: str) -> None:
    assert _status("POST", _navigation(site)) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin", "none"])
def test_a_link_opens_a_page(site: str) -> None:
    assert _status("GET", _navigation(site)) == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_server_s_own_pages_pass(method: str) -> None:
    assert _status(method, OWN) == 200
