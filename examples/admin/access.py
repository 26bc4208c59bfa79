"""
Requests without a valid token of Cloudflare Access are refused: only Access signs with the team's keys, and only for this audience.

https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

import jwt
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app_config.settings import AccessSettings

HEADER: Final = "cf-access-jwt-assertion"
_TIMEOUT_S: Final = 10
_NONE: Final = "none"


class AccessOnly:
    """
    The middleware.

    Args:
        app: what answers people who are signed in.
        access: the team and the audience; `none` lets everybody in, for then Access does not stand before the app.
        probes: the paths that the platform asks itself.
    """

    def __init__(self, app: ASGIApp, *, access: AccessSettings, probes: Collection[str]) -> None:
        self._app = app
        self._access = access
        self._probes = frozenset(probes)
        self._keys: jwt.PyJWKClient | None = None
        if access.team_domain != _NONE:
            # Keys change every six weeks. The client keeps them for five minutes, and asks again when it does not know one.
            self._keys = jwt.PyJWKClient(f"{access.team_domain}/cdn-cgi/access/certs", timeout=_TIMEOUT_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it with 403."""
        keys = self._keys
        if keys is not None and scope["type"] in {"http", "websocket"} and scope["path"] not in self._probes:
            shown = Headers(scope=scope).getlist(HEADER)
            if len(shown) != 1 or not await asyncio.to_thread(self._is_valid, shown[0], keys):
                await PlainTextResponse("Sign in through Cloudflare Access.\n", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_valid(self, token: str, keys: jwt.PyJWKClient) -> bool:
        """Whether Access issued the token for this application, and it has not ended; without the keys none is valid."""
        try:
            jwt.decode(
                token,
                keys.get_signing_key_from_jwt(token).key,
                algorithms=["RS256"],
                audience=self._access.audience,
                issuer=self._access.team_domain,
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
        except jwt.PyJWTError:
            return False
        return True
