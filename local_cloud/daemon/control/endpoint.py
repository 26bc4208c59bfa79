"""
The daemon's own HTTP endpoint on loopback: what the command line asks, and the console for people.

Who may ask what is in `sign_in`; pages of other sites and ports are kept away by `browser_guard`.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, Router

from local_cloud import system_errors
from local_cloud.console import console_routes
from local_cloud.console.sessions import PATH, Sessions
from local_cloud.daemon.control.app_variables import app_variable
from local_cloud.daemon.control.job_routes import job_routes
from local_cloud.daemon.control.sign_in import BySession, ByToken, sign_in
from local_cloud.daemon.control.status_report import status
from local_cloud.daemon.control.token import new_token, proof
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.daemon.testing.routes import test_run_routes
from local_cloud.daemon.testing.runs import Runs
from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.asgi_server import AsgiServer
from local_cloud.runtime.network.browser_guard import BrowserGuard
from local_cloud.services.container_apps.backend import Override
from local_cloud.services.container_apps.backend.processes.launch import words_of

_LONGEST_NONCE: Final = 128


class Control:
    """
    The endpoint.

    Args:
        state: the state directory, where the token is kept.
        cloud: what it speaks of.
        stop: asks the daemon to end.
        apps_changed: called once apps were brought in line with their declarations.
        runs: what test runs have.
    """

    def __init__(
        self, state: Path, cloud: LocalCloud, *, stop: Callable[[], None], apps_changed: Callable[[], None], runs: Runs
    ) -> None:
        self._state = state
        self._cloud = cloud
        self._stop = stop
        self._apps_changed = apps_changed
        self._ending = threading.Event()
        self._token = new_token(state)
        self._sessions = Sessions()
        self.port = cloud.parts.ports.port("console")
        shown = console_routes(cloud, state, lambda: status(cloud, state, self.url), ending=self._ending)
        controls = [
            Route("/api/status", self._status),
            Route("/api/addresses", self._addresses),
            Route("/api/overrides", self._override, methods=["POST"]),
            Route("/api/apps/renew", self._renew, methods=["POST"]),
            Route("/api/psql-url", self._psql_url),
            Route("/api/stop", self._end, methods=["POST"]),
            Route("/api/sign-in-codes", self._code, methods=["POST"]),
            *job_routes(cloud),
            *test_run_routes(runs),
        ]
        app = Starlette(
            routes=[
                Route("/api/proof", self._proof),
                Route("/sign-in", functools.partial(sign_in, self._sessions)),
                Mount(f"{PATH}/{{session}}", BySession(Router(shown), self._sessions)),
                Mount("/", ByToken(Router([*controls, *shown]), self._token)),
            ]
        )
        self._server = AsgiServer("console", BrowserGuard(app), port=self.port)

    @property
    def url(self) -> str:
        """
        Where the console is.

        By address: for `localhost` a browser would try ::1 first, where another account may listen on the same port.
        """
        return f"http://127.0.0.1:{self.port}/"

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
                "access_team_url": parts.edge.access_team_url,
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

    def _renew(self, _request: Request) -> Response:
        """Apps follow the images file, which a person may have edited since they were started."""
        try:
            self._cloud.parts.platform.renew_outdated()
            self._apps_changed()
        except BackendError as error:
            return PlainTextResponse(str(error), 409)
        return JSONResponse({})

    def _psql_url(self, request: Request) -> Response:
        """The database address of an app, with its password; only the owner of the state directory gets here."""
        try:
            url = app_variable(self._cloud, request.query_params.get("app", "api"), "DATABASE_URL")
        except BackendError as error:
            return PlainTextResponse(f"{error}; `ignition up` makes what is declared", 404)
        return JSONResponse({"url": url}, headers={"Cache-Control": "no-store"})

    def _code(self, _request: Request) -> Response:
        """A link that signs one browser in to the console, once."""
        return JSONResponse({"url": f"{self.url}sign-in?code={self._sessions.code()}"}, 201)

    def _proof(self, request: Request) -> Response:
        """That this server knows the token, for a client that does not show it to strangers; tells nothing of the token itself."""
        nonce = request.query_params.get("nonce", "")
        if not 0 < len(nonce) <= _LONGEST_NONCE:
            return PlainTextResponse(f"give a nonce of at most {_LONGEST_NONCE} characters", 400)
        return JSONResponse({"proof": proof(self._token, nonce, self.port)})

    def _end(self, _request: Request) -> Response:
        self._stop()
        return JSONResponse({})


def _override_of(wanted: Mapping[str, Any]) -> Override:
    return Override(
        command=words_of(wanted["command"]), cwd=wanted["cwd"], tools=tuple(wanted.get("tools", {}).items())
    )
