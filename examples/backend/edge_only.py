"""
Requests that did not come through the edge are refused: the edge shows a secret in a header that nobody else knows.

The ingress of Container Apps cannot compare a header, so whatever runs behind it has to. Probes of the platform come without one.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app_config.settings import EdgeSettings

HEADER: Final = "x-edge-secret"
_CLIENT: Final = "cf-connecting-ip"


class EdgeOnly:
    """
    The middleware.

    Args:
        app: what answers requests of the edge.
        edge: the secrets. Both are taken, because during a rotation the edge changes from one to the other.
        probes: the paths that the platform asks itself.
    """

    def __init__(self, app: ASGIApp, *, edge: EdgeSettings, probes: Collection[str]) -> None:
        self._app = app
        self._edge = edge
        self._probes = frozenset(probes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it with 403."""
        if scope["type"] not in {"http", "websocket"} or not self._edge.required or scope["path"] in self._probes:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_the_edge(headers.getlist(HEADER)):
            # Starlette answers a websocket's handshake with it, too.
            await PlainTextResponse("Only requests through the edge are answered.\n", 403)(scope, receive, send)
            return
        # Nobody else is believed about who asks.
        client = headers.get(_CLIENT)
        await self._app({**scope, "client": (client, 0)} if client else scope, receive, send)

    def _is_the_edge(self, shown: list[str]) -> bool:
        if len(shown) != 1:
            return False
        known = (self._edge.secret_a, self._edge.secret_b)
        same = [hmac.compare_digest(shown[0].encode(), each.get_secret_value().encode()) for each in known]
        return any(same)
