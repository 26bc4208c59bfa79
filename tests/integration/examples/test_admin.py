from __future__ import annotations

import httpx

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
