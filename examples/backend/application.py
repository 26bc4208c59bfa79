"""The backend's routes; what is checked is in `checks`, what people see in `page`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app_config import Settings
from examples.backend.checks import CHECKS, Check
from examples.backend.edge_only import EdgeOnly
from examples.backend.page import revision, settings_page

_LOG = logging.getLogger("uvicorn.error")


def application(settings: Settings) -> Starlette:
    """
    The backend.

    Args:
        settings: what it works with; see `app_config`.
    """

    async def home(_request: Request) -> Response:
        return HTMLResponse(settings_page(settings))

    async def ready(_request: Request) -> Response:
        outcomes = dict(await asyncio.gather(*(_run(name, check, settings) for name, check in CHECKS.items())))
        everything = all(outcome["status"] == "ok" for outcome in outcomes.values())
        body = {"status": "ok" if everything else "failed", "checks": outcomes}
        return JSONResponse(body, 200 if everything else 503, headers={"Cache-Control": "no-store"})

    return Starlette(
        routes=[
            Route("/", home),
            Route("/health", _alive),
            Route("/health/ready", ready),
            Route("/upload", _upload, methods=["POST"]),
            WebSocketRoute("/ws", _echo),
        ],
        middleware=[
            Middleware(EdgeOnly, edge=settings.edge, probes=("/health", "/health/ready")),
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.cors.allowed_origins),
                allow_methods=["GET"],
                allow_credentials=True,
            ),
        ],
    )


async def _alive(_request: Request) -> Response:
    """Only that the process answers, and as which revision: a restart mends neither the database nor the bucket."""
    return JSONResponse({"status": "ok", "revision": revision()}, headers={"Cache-Control": "no-store"})


async def _upload(request: Request) -> Response:
    """Counts what comes, as long as it takes."""
    _LOG.info("an upload begins")
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return JSONResponse({"bytes": size, "revision": revision()}, headers={"Cache-Control": "no-store"})


async def _run(name: str, check: Check, settings: Settings) -> tuple[str, dict[str, Any]]:
    started = time.monotonic()
    outcome = await asyncio.to_thread(check, settings)
    return name, {**outcome.as_json(), "ms": round((time.monotonic() - started) * 1000, 1)}


async def _echo(socket: WebSocket) -> None:
    """Sends back whatever comes."""
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.send_text(await socket.receive_text())
