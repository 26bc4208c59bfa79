"""The engine's own log: what is written there a person sees beside the resource it is about."""

from __future__ import annotations

from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

DIRECT: Final = (("grpc.enable_http_proxy", 0),)
"""Channel options: the engine is on this machine, whatever proxy the environment names."""


class EngineLog:
    """A line to one engine; opened at the first message, and silent once the engine has gone."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._channel: grpc.Channel | None = None

    def info(self, urn: str, message: str) -> None:
        """Shows a message beside the resource."""
        if self._channel is None:
            self._channel = grpc.insecure_channel(self._address, options=DIRECT)
        request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, urn=urn)
        stub: Any = engine_pb2_grpc.EngineStub(self._channel)  # its stub file names a module that is not there
        try:
            stub.Log(request, timeout=5)
        except grpc.RpcError:
            return

    def close(self) -> None:
        """Closes the line."""
        if self._channel is not None:
            self._channel.close()
