"""
gRPC servers on 127.0.0.1 that answer the account they run as, and nobody else.

Ports on loopback are open to every account of the machine, the engine takes nothing but a port, and gRPC has no hook at accept. So
each call is checked before its handler runs, and before any of its messages is read: `peers` says whose connection it came over.
A call whose account is unknown is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NoReturn, TypeAlias

import grpc

from local_cloud.runtime.network import peers

LOOPBACK: Final = "127.0.0.1"
MAX_MESSAGE_BYTES: Final = 400 * 1024 * 1024  # the engine's own limit
_CLOSED_WITHIN_S: Final = (
    10.0  # gRPC closes a connection that was reset within a millisecond, unless the machine is very busy
)
_POLL_S: Final = 0.001
_MOST_REMEMBERED: Final = 4096

_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class OwnerOnly(grpc.ServerInterceptor):
    """
    Refuses the calls of other accounts with PERMISSION_DENIED.

    The kernel tells whose connection has the caller's port now. The call may have come over an earlier one: somebody calls, resets
    the connection, and the owner's next one happens to get its port. gRPC drops what came over a connection before it closes it,
    so the first call over each connection waits until none is reset and not closed. Only which connections have passed that is
    kept; whose they are is looked up for every call.

    Args:
        patience_s: how long it waits for that.

    Attributes:
        port: where the server listens; until it is known nobody is answered.
    """

    def __init__(self, patience_s: float = _CLOSED_WITHIN_S) -> None:
        self.port = 0
        self._patience_s = patience_s
        self._passed: dict[int, int] = {}  # connection by the client's port

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], _Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler:
        """
        The method's own handler behind the check.

        Each becomes one that takes a stream of requests, whatever it was: for the others gRPC waits for the request, and parses
        it, before anybody is asked.
        """
        handler: Any = continuation(handler_call_details)

        def checked(requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
            self._refuse_others(context)
            if handler is None:
                _abort(context, grpc.StatusCode.UNIMPLEMENTED, f"there is no method {handler_call_details.method}")
            behavior = handler.stream_stream or handler.stream_unary or handler.unary_stream or handler.unary_unary
            return behavior(requests if handler.request_streaming else _only(requests, context), context)

        if handler is None:
            return grpc.stream_unary_rpc_method_handler(checked)
        make = (
            grpc.stream_stream_rpc_method_handler
            if handler.response_streaming
            else grpc.stream_unary_rpc_method_handler
        )
        return make(checked, handler.request_deserializer, handler.response_serializer)

    def _refuse_others(self, context: grpc.ServicerContext) -> None:
        why = self._refusal(context)
        if why is not None:
            _abort(context, grpc.StatusCode.PERMISSION_DENIED, why)

    def _refusal(self, context: grpc.ServicerContext) -> str | None:
        client = endpoint(context.peer())
        if client is None:
            return f"it cannot be told who calls: {context.peer()!r} is no IPv4 address of this machine"
        try:
            peer = peers.look_up(client, (LOOPBACK, self.port))
        except (peers.PeersUnknown, ValueError) as error:
            return f"it cannot be told who calls: {error}"
        why = peers.refusal_of(peer)
        if why is not None or peer is None or self._passed.get(client[1]) == peer.connection:
            return why
        if not self._earlier_ones_closed():
            return "it cannot be told who calls: connections that were reset are not closed yet; try again"
        if len(self._passed) > _MOST_REMEMBERED:
            self._passed.clear()
        self._passed[client[1]] = peer.connection
        return None

    def _earlier_ones_closed(self) -> bool:
        deadline = time.monotonic() + self._patience_s
        while peers.holds_reset_connections(self.port):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True


def loopback_server(name: str, *, workers: int, port: int = 0) -> tuple[grpc.Server, int]:
    """
    A server that is bound but not started, and its port.

    Args:
        name: of its threads.
        workers: how many calls are answered at once.
        port: on 127.0.0.1; 0 takes a free one.

    Raises:
        peers.PeersUnknown: this kernel does not tell who calls, so nobody could be answered.
    """
    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.so_reuseport", 0),
    ]
    owner_only = OwnerOnly()
    if peers.SUPPORTED:
        peers.require()
    server = grpc.server(
        ThreadPoolExecutor(workers, thread_name_prefix=name),
        options=options,
        interceptors=[owner_only] if peers.SUPPORTED else [],
    )
    owner_only.port = server.add_insecure_port(f"{LOOPBACK}:{port}")
    return server, owner_only.port


def endpoint(peer: str) -> peers.Endpoint | None:
    """The address in gRPC's name for a peer, `ipv4:127.0.0.1:54321`; None where it is another kind of name."""
    family, _, address = peer.partition(":")
    host, _, port = address.rpartition(":")
    return (host, int(port)) if family == "ipv4" and port.isdigit() else None


def _only(requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
    """The request of a call that has one."""
    for request in requests:
        return request
    return _abort(context, grpc.StatusCode.UNIMPLEMENTED, "this method takes exactly one request")


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, details: str) -> NoReturn:
    context.abort(code, details)
    raise AssertionError  # abort raises
