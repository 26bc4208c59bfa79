"""The console's routes: the page with the API's address in it, and its script and style."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app_config import AdminSettings
from examples.admin.access import AccessOnly

_STATIC: Final = Path(__file__).with_name("static")
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ignition admin</title>
<link rel="stylesheet" href="/static/admin.css">
<script type="module" src="/static/admin.js"></script>
</head>
<body>
<main data-api="{api}">
<h1>Ignition admin</h1>
<dl>
<dt>API</dt><dd><a href="{api}">{api}</a></dd>
<dt>Environment</dt><dd>{environment}</dd>
<dt>API says</dt><dd><output id="health">asking…</output></dd>
</dl>
</main>
</body>
</html>
"""


def application(settings: AdminSettings) -> Starlette:
    """
    The console.

    Args:
        settings: where the API is.
    """
    page = _PAGE.format(
        api=html.escape(settings.api.public_url, quote=True), environment=html.escape(settings.console.env)
    )

    async def home(_request: Request) -> Response:
        return HTMLResponse(page)

    return Starlette(
        routes=[
            Route("/", home),
            Route("/health", _alive),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(AccessOnly, access=settings.access, probes=("/health",))],
    )


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
