"""
The data plane as an ASGI application: `https://NAME.vault.localhost:PORT/secrets/...`.

What the operations do is in `operations`, who may in `gate`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.faults import Fault, FaultKind, Faults, FaultyApp
from local_cloud.services.key_vault.backend import refusals, wire
from local_cloud.services.key_vault.backend.gate import Gate, Unauthorized
from local_cloud.services.key_vault.backend.operations import GET_SECRET, OPERATIONS, Call, Operation
from local_cloud.services.key_vault.backend.refusals import KeyVaultRefusal
from local_cloud.services.key_vault.backend.secrets import Secrets
from local_cloud.services.key_vault.backend.vaults import Vault

_BODY_BYTES: Final = 256 * 1024
_DISABLED: Final = frozenset({FaultKind.SECRET_DISABLED})


def data_plane(vault_at: Callable[[str], Vault], secrets: Secrets, gate: Gate, faults: Faults) -> ASGIApp:
    """
    The application.

    Args:
        vault_at: the vault that a Host header means; raises a refusal when it means none.
        secrets: what is in the vaults.
        gate: lets callers in.
        faults: trouble on demand.
    """

    def endpoint(operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                call = _admit(operation, request, await _body(request))
                if operation.action == GET_SECRET and faults.strike(request.url.path, _DISABLED):
                    raise refusals.secret_disabled()
                # Reads take microseconds; a write waits for the disk, and nobody should wait with it.
                result = await run_in_threadpool(operation.answer, call) if operation.writes else operation.answer(call)
            except KeyVaultRefusal as refusal:
                return _refused(refusal)
            except BackendError as failure:  # a full disk, mostly; the client may try again, as with Azure's own 500
                return _refused(KeyVaultRefusal(500, "InternalServerError", str(failure)))
            return Response(status_code=operation.status) if result is None else JSONResponse(result, operation.status)

        def _admit(operation: Operation, request: Request, body: bytes) -> Call:
            host = request.headers.get("host", "")
            vault = vault_at(host)
            claims = gate.caller(request.headers.get("authorization"), vault)
            query = dict(request.query_params)
            if "api-version" not in query:
                raise refusals.bad_parameter("api-version must be specified")
            name = request.path_params.get("name", "")
            gate.require(claims, operation.action, vault, name or None)
            return Call(
                vault=vault,
                secrets=secrets,
                base=f"https://{host}",
                name=name,
                version=request.path_params.get("version"),
                query=query,
                body=wire.parse(body) if body else {},
            )

        return answer

    routes = [Route(operation.path, endpoint(operation), methods=[operation.method]) for operation in OPERATIONS]
    app = Starlette(routes=routes, exception_handlers={404: _not_emulated, 405: _not_emulated})
    return FaultyApp(app, faults, _troubled)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _BODY_BYTES:
            raise KeyVaultRefusal(413, "RequestEntityTooLarge", f"The request body is over {_BODY_BYTES} bytes.")
    return bytes(body)


def _refused(refusal: KeyVaultRefusal) -> Response:
    headers = {"WWW-Authenticate": refusal.challenge} if isinstance(refusal, Unauthorized) else None
    return JSONResponse(refusal.body, status_code=refusal.status, headers=headers)


def _troubled(fault: Fault) -> Response:
    if fault.kind is FaultKind.THROTTLED:
        refusal = KeyVaultRefusal(
            429,
            "Throttled",
            "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
        )
        return JSONResponse(refusal.body, 429, headers={"Retry-After": str(fault.retry_after_s)})
    refusal = KeyVaultRefusal(503, "ServiceUnavailable", "The service is unavailable. Try again later.")
    return JSONResponse(refusal.body, 503)


async def _not_emulated(request: Request, _: Exception) -> Response:
    refusal = KeyVaultRefusal(
        404,
        "NotFound",
        f"The local Key Vault has no {request.method} {request.url.path}: it has secrets, not keys or certificates.",
    )
    return JSONResponse(refusal.body, 404)
