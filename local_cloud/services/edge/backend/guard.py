"""
What the edge asks before a request goes on: what rules see of its URL, may it pass the rate limits, and who sends it, by Access.

Caddy has none of these; it asks here, through a socket that only this account can open, and passes on what a refusal says. The
sign-in page is served from here as well, at the application's own host below `/cdn-cgi/access/`.
"""

from __future__ import annotations

import html
import math
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local_cloud.services.edge.backend.access import COOKIE, Access
from local_cloud.services.edge.backend.normalization import normalized
from local_cloud.services.edge.backend.rate_limits import RateLimits
from local_cloud.services.edge.backend.state import AccessApplication

# What Caddy tells about the request that it asks for.
CLIENT: Final = "x-guard-client"
HOST: Final = "x-guard-host"
URI: Final = "x-guard-uri"
SCHEME: Final = "x-guard-scheme"
APPLICATION: Final = "x-guard-application"
TARGET: Final = "x-guard-target"
AUTHORITY: Final = "x-guard-authority"
# What it is told; written as Go writes headers, for Caddy looks them up so.
TOKEN: Final = "X-Guard-Token"
EMAIL: Final = "X-Guard-Email"
PATH: Final = "X-Guard-Path"
NORMAL_URI: Final = "X-Guard-Uri"


class Guard:
    """
    The server that Caddy asks.

    Args:
        limits: counts requests.
        access: knows who is signed in.
    """

    def __init__(self, limits: RateLimits, access: Access) -> None:
        self._limits = limits
        self._access = access
        self.app = Starlette(
            routes=[
                Route("/check/url/{kind}", _url),
                Route("/check/rate/{rule:path}", self._rate),
                Route("/check/access/{aud}", self._check),
                Route("/cdn-cgi/access/login", self._sign_in, methods=["GET", "POST"]),
                Route("/cdn-cgi/access/logout", self._sign_out),
                Route("/cdn-cgi/access/get-identity", self._identity),
                Route("/cdn-cgi/access/certs", self._keys),
            ]
        )

    async def _rate(self, request: Request) -> Response:
        host = request.headers.get(HOST, "").lower()
        characteristics = {"ip.src": request.headers.get(CLIENT, ""), "http.host": host}
        wait_s = self._limits.wait_s(request.path_params["rule"], characteristics)
        if not wait_s:
            return Response(status_code=204)
        return PlainTextResponse("error code: 1015", 429, {"Retry-After": str(math.ceil(wait_s))})

    async def _check(self, request: Request) -> Response:
        application = self._access.application(request.path_params["aud"])
        if application is None:
            return PlainTextResponse("error code: 1033", 403)
        session = self._access.session(application, request.cookies.get(COOKIE, ""))
        if session is not None:
            return Response(status_code=204, headers={TOKEN: session.token, EMAIL: session.email})
        query = urlencode({"redirect_url": request.headers.get(URI, "/")})
        return RedirectResponse(f"/cdn-cgi/access/login?{query}", 302, {"Cache-Control": "no-store"})

    async def _sign_in(self, request: Request) -> Response:
        application = self._access.application(request.headers.get(APPLICATION, ""))
        if application is None:
            return PlainTextResponse("error code: 1033", 403)
        target = _own_path(request.query_params.get("redirect_url", "/"))
        if request.method == "GET":
            return _page(application, target)
        own = f"{request.headers.get(SCHEME)}://{request.headers.get(AUTHORITY)}".lower()
        if any(origin.lower() != own for origin in request.headers.getlist("origin")):
            return PlainTextResponse("A sign-in from a page of another site is refused.\n", 403)
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        session = self._access.sign_in(application, form.get("email", ""))
        if session is None:
            return _page(application, target, refused=form.get("email", ""))
        response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        secure = request.headers.get(SCHEME) == "https"
        response.set_cookie(
            COOKIE, session.token, max_age=application.session_s, secure=secure, httponly=True, samesite="lax"
        )
        return response

    async def _sign_out(self, _: Request) -> Response:
        response = HTMLResponse(_document("Signed out", "<p>You are signed out.</p>"))
        response.delete_cookie(COOKIE)
        return response

    async def _identity(self, request: Request) -> Response:
        application = self._access.application(request.headers.get(APPLICATION, ""))
        token = request.cookies.get(COOKIE, "")
        session = self._access.session(application, token) if application is not None else None
        if session is None:
            return JSONResponse({"err": "no app token set"}, 400)
        return JSONResponse({"email": session.email, "exp": session.expires, "idp": {"type": "local"}})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(self._access.key_set())


async def _url(request: Request) -> Response:
    target = request.headers.get(TARGET, "/").encode("latin-1")
    uri = normalized(target, request.path_params["kind"])
    return Response(status_code=204, headers={PATH: uri.partition("?")[0], NORMAL_URI: uri})


def _own_path(target: str) -> str:
    """A path of the application's own host, and nothing that leads elsewhere."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"


def _page(application: AccessApplication, target: str, *, refused: str | None = None) -> Response:
    problem = (
        f'<p role="alert">{html.escape(refused) or "An empty address"} does not have access to {html.escape(application.name)}.</p>'
        if refused is not None
        else ""
    )
    admitted = [*application.emails, *(f"anyone at {each}" for each in application.email_domains)]
    who = "everyone" if application.everyone else ", ".join(admitted) or "nobody"
    action = html.escape(f"/cdn-cgi/access/login?redirect_url={quote(target, safe='')}")
    body = (
        f"<p>This is the local stand-in for Cloudflare Access. Admitted: {html.escape(who)}.</p>{problem}"
        f'<form method="post" action="{action}"><label for="email">E-mail address</label>'
        '<input id="email" name="email" type="email" autocomplete="email" required autofocus>'
        '<button type="submit">Sign in</button></form>'
    )
    page = _document(f"Sign in to {application.name}", body)
    return HTMLResponse(page, 200 if refused is None else 403, {"Cache-Control": "no-store"})


def _document(title: str, body: str) -> str:
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem}"
        "label,input,button{display:block;font:inherit;box-sizing:border-box}input{width:100%;padding:.5rem;margin:.25rem 0 1rem}"
        "button{padding:.5rem 1rem}[role=alert]{color:#a00}"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
        f"<body><main><h1>{html.escape(title)}</h1>{body}</main></body></html>"
    )
