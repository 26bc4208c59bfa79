"""
Stands between the engine and a policy pack that is not started yet.

It answers the two calls that come before the pack is needed (`Handshake`, `ConfigureStack`) itself and hands every other one on as
the bytes it is, waiting for the pack where it must.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, NoReturn, Self

import grpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from local_cloud.runtime.network.grpc_server import MAX_MESSAGE_BYTES, loopback_server

_OF_THE_PACK: Final = (
    ("grpc.enable_http_proxy", 0),  # it is on this machine, whatever proxy the environment names
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
)
_WORKERS: Final = 16  # analyses at once; a pack runs one at a time anyhow


class PolicyProxy:
    """
    The engine's side of a policy pack; a context that serves on 127.0.0.1.

    Attributes:
        port: where the engine finds it.
        configuration: the stack's, once told.
    """

    def __init__(self) -> None:
        self.configuration: analyzer_pb2.AnalyzerStackConfigureRequest | None = None
        self._wanted = threading.Event()
        self._answered = threading.Event()
        self._gone = False
        self._channel: Any = None  # a grpc.Channel, whose stubs know no bytes
        self._failure = ""
        self._server, self.port = loopback_server("policy-proxy", workers=_WORKERS)
        self._server.add_generic_rpc_handlers((_Calls(self._handler),))

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fail("the policy pack has ended")
        self._server.stop(0).wait()
        if self._channel is not None:
            self._channel.close()

    def wait_for_configuration(self) -> bool:
        """
        Waits until the pack may be started: the configuration was told, or a call came that needs the pack.

        Returns:
            False where the engine went away before.
        """
        self._wanted.wait()
        return not self._gone

    def give_up(self) -> None:
        """The engine is gone."""
        self._gone = True
        self._wanted.set()
        self._fail("the engine is gone")

    def attach(self, first_line: bytes) -> None:
        """
        Connects to the pack.

        Args:
            first_line: what the pack printed first, which is to be its port; empty where it ended without.
        """
        if not first_line.strip().isdigit():
            printed = first_line.decode(errors="replace").strip()
            return self._fail(
                f"the policy pack printed '{printed}' before its port; print only inside of its policies"
                if printed
                else "the policy pack ended before it told its port; the reason is in what it printed"
            )
        channel = grpc.insecure_channel(f"127.0.0.1:{int(first_line)}", options=_OF_THE_PACK)
        stub: Any = analyzer_pb2_grpc.AnalyzerStub(channel)
        if self.configuration is not None:
            try:
                stub.ConfigureStack(self.configuration)
            except grpc.RpcError as error:
                if _code(error) is not grpc.StatusCode.UNIMPLEMENTED:  # packs need not know the call
                    channel.close()
                    return self._fail(f"the policy pack did not take the stack's configuration: {_details(error)}")
        self._channel = channel
        self._answered.set()
        return None

    def _fail(self, why: str) -> None:
        self._failure = self._failure or why
        self._answered.set()

    def _handler(self, method: str) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        match method.rpartition("/")[2]:
            case "Handshake":
                return lambda _request, _context: analyzer_pb2.AnalyzerHandshakeResponse().SerializeToString()
            case "ConfigureStack":
                return self._configure
            case _:
                return lambda request, context: self._hand_on(method, request, context)

    def _configure(self, request: bytes, context: grpc.ServicerContext) -> bytes:  # noqa: ARG002  gRPC gives it
        self.configuration = analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)
        self._wanted.set()
        return analyzer_pb2.AnalyzerStackConfigureResponse().SerializeToString()

    def _hand_on(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        self._wanted.set()
        self._answered.wait()
        if self._channel is None:
            _abort(context, grpc.StatusCode.UNAVAILABLE, self._failure)
        try:
            return self._channel.unary_unary(method)(request)
        except grpc.RpcError as error:
            _abort(context, _code(error), _details(error))


class _Calls(grpc.GenericRpcHandler):
    def __init__(self, handler: Callable[[str], Callable[[bytes, grpc.ServicerContext], bytes]]) -> None:
        self._handler = handler

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        """A handler of bytes for any method."""
        return grpc.unary_unary_rpc_method_handler(self._handler(handler_call_details.method))


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, details: str) -> NoReturn:
    context.abort(code, details)
    raise AssertionError  # abort raises


def _code(error: Any) -> grpc.StatusCode:
    return error.code()


def _details(error: Any) -> str:
    return error.details()
