"""
What the identity server answers: the managed identity endpoint of Container Apps, and the token endpoint of Entra ID.

Principals and tokens come from `principals` and `tokens`.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.runtime.network.faults import Fault, FaultKind
from local_cloud.services.identity.backend.principals import Principals
from local_cloud.services.identity.backend.tokens import Tokens

# Azure's own: managed identities get tokens for a day, everybody else for about an hour.
MANAGED_IDENTITY_LIFETIME_S: Final = 86_400
APPLICATION_LIFETIME_S: Final = 3_600


def managed_identity_app(principals: Principals, tokens: Tokens, header_of: Callable[[str], str]) -> Starlette:
    """
    The endpoint behind `IDENTITY_ENDPOINT`, as Container Apps and App Service have it.

    Args:
        principals: who has which identity.
        tokens: makes the tokens.
        header_of: the secret that an app must send as `X-IDENTITY-HEADER`, by the app's name.
    """

    async def token(request: Request) -> Response:
        app = request.path_params["app"]
        header = request.headers.get("x-identity-header", "")
        if not hmac.compare_digest(header.encode(), header_of(app).encode()):
            return _refuse(
                401, "The X-IDENTITY-HEADER is missing or not this app's: send the value of IDENTITY_HEADER."
            )
        query = request.query_params
        resource = query.get("resource")
        if not resource:
            return _refuse(400, "The resource parameter is missing: name the service, such as https://vault.azure.net.")
        id_ = next(
            (query[name] for name in ("client_id", "mi_res_id", "principal_id", "object_id") if query.get(name)), None
        )
        principal = principals.chosen(app, id_)
        if principal is None:
            asked = (
                f"{id_} is not assigned to {app}" if id_ else f"{app} has no system-assigned identity: name a client_id"
            )
            return _refuse(400, f"Unable to load the proper Managed Identity. ({asked})")
        issued, expires_on = tokens.issue(principal, resource, lifetime_s=MANAGED_IDENTITY_LIFETIME_S)
        return JSONResponse(
            {
                "access_token": issued,
                "expires_on": str(expires_on),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": principal.client_id,
            }
        )

    return Starlette(routes=[Route("/msi/{app}/token", token)])


def authority_app(principals: Principals, tokens: Tokens) -> Starlette:
    """The part of login.microsoftonline.com that programs use: discovery, keys, client credentials."""

    async def discovery(request: Request) -> Response:
        tenant = request.path_params["tenant"]
        base = f"{tokens.authority}/{tenant}"
        return JSONResponse(
            {
                "issuer": tokens.issuer(tenant),
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_types_supported": ["token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    async def keys(_: Request) -> Response:
        return JSONResponse(tokens.key_set())

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        return _client_credentials(request.path_params["tenant"], form, principals, tokens)

    return Starlette(
        routes=[
            Route("/{tenant}/v2.0/.well-known/openid-configuration", discovery),
            Route("/{tenant}/.well-known/openid-configuration", discovery),
            Route("/{tenant}/discovery/v2.0/keys", keys),
            Route("/{tenant}/discovery/keys", keys),
            Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
            Route("/{tenant}/oauth2/token", token, methods=["POST"]),
        ]
    )


def refusal(fault: Fault) -> Response:
    """A 429 or 503 of the token endpoint, in both its dialects at once."""
    throttled = fault.kind is FaultKind.THROTTLED
    text = (
        "AADSTS90055: Too many requests."
        if throttled
        else "AADSTS90033: A transient error has occurred. Please try again."
    )
    body: dict[str, Any] = {
        "statusCode": 429 if throttled else 503,
        "message": text,
        "error": "temporarily_unavailable",
        "error_description": text,
    }
    headers = {"Retry-After": str(fault.retry_after_s)} if throttled else None
    return JSONResponse(body, status_code=body["statusCode"], headers=headers)


def _client_credentials(tenant: str, form: dict[str, str], principals: Principals, tokens: Tokens) -> Response:
    grant = form.get("grant_type")
    if grant != "client_credentials":
        return _oauth_error(
            400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant}'."
        )
    client_id = form.get("client_id", "")
    principal = principals.find(client_id)
    if principal is None or principal.tenant_id.lower() != tenant.lower():
        return _oauth_error(
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client_id}' was not found in the directory '{tenant}'.",
        )
    state = principals.password_state(principal, form.get("client_secret", ""))
    if state == "expired":
        return _oauth_error(
            401, "invalid_client", 7000222, f"The provided client secret keys for app '{client_id}' are expired."
        )
    if state == "wrong":
        return _oauth_error(
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{client_id}'.",
        )
    scope = form.get("scope") or f"{form.get('resource', '')}/.default"
    resource = scope.removesuffix("/.default")
    if resource == scope or not resource:
        return _oauth_error(
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope {scope} is not valid. It must end in /.default.",
        )
    issued, _ = tokens.issue(principal, resource, lifetime_s=APPLICATION_LIFETIME_S)
    return JSONResponse(
        {
            "token_type": "Bearer",
            "expires_in": APPLICATION_LIFETIME_S,
            "ext_expires_in": APPLICATION_LIFETIME_S,
            "access_token": issued,
        }
    )


def _refuse(status: int, message: str) -> Response:
    return JSONResponse(
        {"statusCode": status, "message": message, "correlationId": str(uuid.uuid4())}, status_code=status
    )


def _oauth_error(status: int, error: str, code: int, text: str) -> Response:
    return JSONResponse(
        {"error": error, "error_description": f"AADSTS{code}: {text}", "error_codes": [code]}, status_code=status
    )
