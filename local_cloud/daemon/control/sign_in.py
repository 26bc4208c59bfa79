"""
Access to the control endpoint: programs with the token may do everything, a browser session may read what the console shows.

The token is taken from the `Authorization` header alone. A browser attaches no such header by itself, so a page of another site or
port cannot borrow it, as it could a cookie.
"""

from __future__ import annotations

import hmac
import sys
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local_cloud.console.sessions import COOKIE, Sessions

_COMMAND: Final = Path(sys.executable).with_name("ignition")
_REFUSED: Final = f"Open the console with `{_COMMAND} open console`: it signs your browser in.\n"
_READING: Final = frozenset({"GET", "HEAD"})
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class ByToken:
    """Lets requests with the token through; those that change something must be JSON, which a form cannot send."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
            refused = PlainTextResponse(_REFUSED, 401, headers={"WWW-Authenticate": "Bearer", **_HEADERS})
            return await refused(scope, receive, send)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method not in _READING and kind != "application/json":
            refused = PlainTextResponse(f"Send application/json, not {kind or 'a body without a type'}.\n", 415)
            return await refused(scope, receive, send)
        return await self._app(scope, receive, send)


class BySession:
    """Lets requests with the cookie of the session that their path names through, as long as they only read."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        if not self._sessions.admits(request.path_params["session"], request.cookies.get(COOKIE, "")):
            refused = PlainTextResponse(_REFUSED, 401, headers=_HEADERS)
            return await refused(scope, receive, send)
        if request.method not in _READING:
            refused = PlainTextResponse("The console only shows; `ignition` changes.\n", 405)
            return await refused(scope, receive, send)
        return await self._app(scope, receive, send)


def sign_in(sessions: Sessions, request: Request) -> Response:
    """
    `GET /sign-in?code=CODE`: opens a session for a code.

    Answered with a page that leads on rather than with a redirect: a browser that was sent here from outside would not send the
    strict cookie along with a redirect.
    """
    session = sessions.redeem(request.query_params.get("code", ""))
    if session is None:
        text = "This link was used already or is too old. " + _REFUSED
        return PlainTextResponse(text, 401, headers=_HEADERS)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed in</title>'
        f'<meta http-equiv="refresh" content="0; url={session.path}/">'
        f'<p><a href="{session.path}/">To the console</a></p></html>'
    )
    answer = HTMLResponse(page, headers=_HEADERS)
    answer.set_cookie(COOKIE, session.key, path=session.path, httponly=True, samesite="strict")
    return answer
