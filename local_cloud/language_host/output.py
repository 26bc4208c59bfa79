"""What a program prints, carried to the engine's log: completely, in order, and while the program runs."""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

_CHUNK: Final = 65536
_DIRECT: Final = (("grpc.enable_http_proxy", 0),)  # the engine is on this machine, whatever proxy the environment names
_AFTER_THE_END_S: Final = 1.0  # a process that the program left behind may hold its output open for ever
_PIPE_HOLDS_BYTES: Final = 65536  # and print for ever: no more than this of a pipe can be the program's own


class Forwarder:
    """
    Reads two pipes until both are closed; as a context it ends with the last line sent.

    Args:
        engine: the address of the engine's log.
        output: the reading end of the program's standard output; closed here.
        error: likewise of its standard error.
    """

    def __init__(self, engine: str, output: int, error: int) -> None:
        self._engine = engine
        self._streams = {output: 1, error: 2}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._forward, name="program-output", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _forward(self) -> None:
        pending = dict.fromkeys(self._streams, b"")
        after_the_end = dict.fromkeys(self._streams, 0)
        with grpc.insecure_channel(self._engine, options=_DIRECT) as channel, selectors.DefaultSelector() as selector:
            stub = engine_pb2_grpc.EngineStub(channel)
            for descriptor in self._streams:
                selector.register(descriptor, selectors.EVENT_READ)
            while selector.get_map():
                ended = self._ended.is_set()
                ready = selector.select(_AFTER_THE_END_S)
                if ended and not ready:
                    break
                for key, _ in ready:
                    read = os.read(key.fd, _CHUNK)
                    lines, newline, pending[key.fd] = (pending[key.fd] + read).rpartition(b"\n")
                    after_the_end[key.fd] += len(read) if ended else 0
                    if not read or after_the_end[key.fd] > _PIPE_HOLDS_BYTES:
                        selector.unregister(key.fd)
                        lines, newline, pending[key.fd] = lines + newline + pending[key.fd], b"", b""
                    self._send(stub, key.fd, lines + newline)
        for descriptor in self._streams:
            os.close(descriptor)

    def _send(self, stub: Any, descriptor: int, text: bytes) -> None:
        """A message a line and none for a blank one, as the engine does with what the official host prints."""
        stream = self._streams[descriptor]
        with contextlib.suppress(grpc.RpcError):  # the engine has gone; the program is being killed
            for line in text.splitlines(keepends=True):
                if line.strip():
                    message = line.decode(errors="replace")
                    stub.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message, streamId=stream))
