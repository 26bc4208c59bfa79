"""
The daemon's own HTTP endpoint on loopback: what the command line asks, and the console for people.

Every request shows the token that only the owner of the state directory can read: in a header from the command line, in a cookie
from the browser, which gets it by the link that `ignition open console` opens.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local_cloud import system_errors
from local_cloud.console import console_routes
from local_cloud.daemon.app_variables import app_variable
from local_cloud.daemon.cloud import LocalCloud
from local_cloud.daemon.job_routes import job_routes
from local_cloud.daemon.status import status
from local_cloud.runtime.asgi_server import AsgiServer
from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.private_files import write_private
from local_cloud.services.container_apps.backend import Override
from local_cloud.services.container_apps.backend.processes.launch import words_of

_COOKIE: Final = "ignition-console"
TOKEN_FILE: Final = "control-token"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Control:
    """
    The endpoint.

    Args:
        state: the state directory; the token is kept there with mode 0600.
        cloud: what it speaks of.
        stop: asks the daemon to end.
    """

    def __init__(self, state: Path, cloud: LocalCloud, *, stop: Callable[[], None]) -> None:
        self._state = state
        self._cloud = cloud
        self._stop = stop
        self._ending = threading.Event()
        self._token = _token(state / TOKEN_FILE)
        self.port = cloud.parts.ports.port("console")
        routes = [
            Route("/api/status", self._status),
            Route("/api/addresses", self._addresses),
            Route("/api/overrides", self._override, methods=["POST"]),
            Route("/api/psql-url", self._psql_url),
            Route("/api/stop", self._end, methods=["POST"]),
            *job_routes(cloud),
            *console_routes(cloud, state, lambda: status(cloud, state, self.url), ending=self._ending),
        ]
        hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "console.localhost"])
        app = Starlette(routes=routes, middleware=[hosts, Middleware(_Authenticated, token=self._token)])
        self._server = AsgiServer("console", app, port=self.port)

    @property
    def url(self) -> str:
        """Where the console is, without its token."""
        return f"http://localhost:{self.port}/"

    def start(self) -> None:
        """Starts to answer."""
        self._server.start()

    def stop(self) -> None:
        """Stops answering; whoever follows a log is told the end of it."""
        self._ending.set()
        self._server.stop()

    def _status(self, _request: Request) -> Response:
        return JSONResponse(status(self._cloud, self._state, self.url))

    def _addresses(self, request: Request) -> Response:
        """Where this machine's parts are, for the stack's configuration; a server that is not there yet gets its port now."""
        parts = self._cloud.parts
        return JSONResponse(
            {
                "postgres_port": parts.postgres.server(request.query_params["server"]).port,
                "ca_file": str(parts.ca.ca_file),
                "s3_endpoint": parts.object_storage.plain_endpoint,
                "parts": parts.ports.parts,
            }
        )

    async def _override(self, request: Request) -> Response:
        """What a developer runs in the place of an app."""
        wanted = await request.json()
        name = self._cloud.apps.get(wanted["app"])
        if name is None:
            known = ", ".join(self._cloud.apps) or "none"
            return PlainTextResponse(f"there is no app '{wanted['app']}'; apps here: {known}", 404)
        try:
            override = _override_of(wanted) if wanted["command"] else None
            await run_in_threadpool(self._cloud.parts.platform.override, name, override)
        except BackendError as error:
            return PlainTextResponse(str(error), 409)
        except OSError as error:
            return PlainTextResponse(system_errors.explained(error), 409)
        return JSONResponse({})

    def _psql_url(self, request: Request) -> Response:
        """The database address of an app, with its password; only the owner of the state directory gets here."""
        try:
            url = app_variable(self._cloud, request.query_params.get("app", "api"), "DATABASE_URL")
        except BackendError as error:
            return PlainTextResponse(f"{error}; `ignition up` makes what is declared", 404)
        return JSONResponse({"url": url}, headers={"Cache-Control": "no-store"})

    def _end(self, _request: Request) -> Response:
        self._stop()
        return JSONResponse({})


class _Authenticated:
    """Lets requests with the token through, and turns a link that carries it into a cookie."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        request = Request(scope)
        if self._is_token(request.query_params.get("token", "")):
            answer: Response = RedirectResponse(request.url.path)
            answer.set_cookie(_COOKIE, self._token, httponly=True, samesite="strict")
            return await answer(scope, receive, send)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._is_token(bearer) or self._is_token(request.cookies.get(_COOKIE, "")):
            return await self._app(scope, receive, send)
        refused = PlainTextResponse("Open the console with `ignition open console`: the link carries its key.\n", 401)
        return await refused(scope, receive, send)

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self._token.encode())


def _override_of(wanted: Mapping[str, Any]) -> Override:
    return Override(
        command=words_of(wanted["command"]), cwd=wanted["cwd"], tools=tuple(wanted.get("tools", {}).items())
    )


def _token(file: Path) -> str:
    """The token that is kept; a damaged one is replaced."""
    if not file.exists() or not _TOKEN.fullmatch(file.read_text(errors="replace")):
        write_private(file, secrets.token_urlsafe(32).encode())
    return file.read_text()
