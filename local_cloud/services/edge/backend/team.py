"""
The team domain of Cloudflare Access: where an application finds the keys that verify its tokens.

https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.runtime.network.browser_guard import BrowserGuard
from local_cloud.services.edge.backend.access import Access


def team_domain(access: Access) -> Starlette:
    """The server of the team domain. Its keys are public, as at Cloudflare."""

    async def certs(_: Request) -> Response:
        return JSONResponse(access.key_set())

    return Starlette(routes=[Route("/cdn-cgi/access/certs", certs)], middleware=[Middleware(BrowserGuard)])
