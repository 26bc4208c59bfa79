"""The engine's log: messages appear beside the resource that they are about."""

from __future__ import annotations

from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

DIRECT: Final = (("grpc.enable_http_proxy", 0),)
"""Channel options: the engine is on this machine, whatever proxy the environment names."""


class EngineLog:
    """A line to one engine; opened at the first message, and silent once the engine has gone."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._channel: grpc.Channel | None = None

    def info(self, urn: str, message: str) -> None:
        """Shows a message beside the resource."""
        self._log(engine_pb2.INFO, urn, message)

    def warning(self, urn: str, message: str) -> None:
        """Shows a warning beside the resource."""
        self._log(engine_pb2.WARNING, urn, message)

    def error(self, urn: str, message: str) -> None:
        """Shows an error beside the resource; the run fails."""
        self._log(engine_pb2.ERROR, urn, message)

    def _log(self, severity: Any, urn: str, message: str) -> None:
        if self._channel is None:
            self._channel = grpc.insecure_channel(self.address, options=DIRECT)
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn)
        stub: Any = engine_pb2_grpc.EngineStub(self._channel)  # its stub file names a module that is not there
        try:
            stub.Log(request, timeout=5)
        except grpc.RpcError:
            return

    def close(self) -> None:
        """Closes the line."""
        if self._channel is not None:
            self._channel.close()
