"""
Plugins written in Python, policy packs above all: started, and their output streamed to the engine that asked.
"""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2

from local_cloud.language_host.children import Ending
from local_cloud.language_host.interpreter import Interpreter

_POLICY_PACK = "analyzer"


class _Plugin:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def wait(self) -> int:
        return self._process.wait()


def run(
    request: language_pb2.RunPluginRequest, python: Interpreter, context: grpc.ServicerContext
) -> Iterator[language_pb2.RunPluginResponse]:
    """Runs the plugin; yields its output as it comes and its exit code last."""
    process = subprocess.Popen(
        [str(python.python), *_arguments(request)],
        cwd=request.info.program_directory if request.kind == _POLICY_PACK else request.pwd,
        env={**python.environ, **_variables(request)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    plugin = _Plugin(process)
    ending = Ending(plugin)
    if not context.add_callback(ending.begin):
        ending.begin()
    try:
        yield from _output(process)
        code = process.wait()
    finally:
        ending.over()
    yield language_pb2.RunPluginResponse(exitcode=code if code >= 0 else -1)


def _arguments(request: language_pb2.RunPluginRequest) -> list[str]:
    directory = request.info.program_directory
    if request.kind == _POLICY_PACK:
        return ["-u", "-m", "pulumi.policy", *request.args, directory]
    if (Path(request.info.root_directory) / "__main__.py").exists():
        return [directory, *request.args]
    return ["-m", "pulumi.run.plugin", request.name, *request.args]


def _variables(request: language_pb2.RunPluginRequest) -> dict[str, str]:
    pairs = (each.partition("=") for each in request.env)
    return {name: value for name, _, value in pairs}


def _output(process: subprocess.Popen[bytes]) -> Iterator[language_pb2.RunPluginResponse]:
    pieces: queue.SimpleQueue[language_pb2.RunPluginResponse | None] = queue.SimpleQueue()

    def read(stream: Any, name: str) -> None:
        while piece := stream.read1(1 << 16):
            pieces.put(language_pb2.RunPluginResponse(**{name: piece}))
        pieces.put(None)

    streams = ((process.stdout, "stdout"), (process.stderr, "stderr"))
    for stream, name in streams:
        threading.Thread(target=read, args=(stream, name), name=f"plugin {name}", daemon=True).start()
    for _ in streams:
        while (piece := pieces.get()) is not None:
            yield piece
