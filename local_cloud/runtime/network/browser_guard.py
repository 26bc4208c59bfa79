"""
Keeps other sites' pages away from a server on loopback; one middleware for everything of ours that answers HTTP on a port.

A browser on this machine runs pages of strangers, and any of them can send requests to loopback. Three things are refused before
the application sees the request:

- a `Host` that is not one of the server's names: that is how DNS rebinding looks, a foreign name that resolves to 127.0.0.1;
- an `Origin` other than the server's own, on any method: forms, `fetch` and preflights of other sites, of other ports too;
- what `Sec-Fetch-Site` says comes from elsewhere (images, scripts, frames send no `Origin`), unless it opens a page in its own tab.

Programs send neither `Origin` nor `Sec-Fetch-Site`. This does not replace authentication.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1"})
_HOST: Final = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_FROM_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})


class BrowserGuard:
    """
    The middleware.

    Args:
        app: what answers the requests that pass.
        names: the host names that the server answers to, without a port.
        domain: also answer to every name directly below this one.
    """

    def __init__(self, app: ASGIApp, *, names: Collection[str] = LOOPBACK_NAMES, domain: str | None = None) -> None:
        self._app = app
        self._names = frozenset(names)
        self._domain = domain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        if not self._is_ours(host):
            named = ", ".join(hosts) or "none"
            return PlainTextResponse(f"Host {named!r} is not a name of this server; {self._known()}\n", 400)
        own = f"{scope['scheme']}://{host}"
        if any(each.lower() != own for each in headers.getlist("origin")):
            return PlainTextResponse("Requests from pages of other sites and ports are refused.\n", 403)
        elsewhere = headers.get("sec-fetch-site", "").lower() in _FROM_ELSEWHERE
        if elsewhere and not _opens_a_page(scope["method"], headers):
            return PlainTextResponse("Pages of other sites and ports may not load this.\n", 403)
        return None

    def _is_ours(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        name = found[1] if found else ""
        label, _, parent = name.partition(".")
        return name in self._names or (self._domain is not None and bool(label) and parent == self._domain)

    def _known(self) -> str:
        names = [*sorted(self._names), *([f"NAME.{self._domain}"] if self._domain else [])]
        return f"use {' or '.join(names)}"


def _opens_a_page(method: str, headers: Headers) -> bool:
    """Whether a browser opens this in a tab of its own, by a link: its page shows nothing of it to the one with the link."""
    return (
        method == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )
