"""Policy packs: the engine asks the language host to start them as plugins."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import grpc
from pulumi.runtime.proto import language_pb2

_CHUNK: Final = 65536


def run(request: language_pb2.RunPluginRequest, interpreter: Path, context: grpc.ServicerContext) -> Iterator[Any]:
    """
    Runs a policy pack (kind `analyzer`) and streams what it prints, its exit code last.

    The engine reads the pack's port from its first line of output.
    """
    if request.kind != "analyzer":
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"this host starts policy packs only, not plugins of kind '{request.kind}'; use the official host for those",
        )
    process = subprocess.Popen(
        [interpreter, "-u", "-m", "pulumi.policy", *request.args, "."],
        cwd=request.info.program_directory or request.pwd,
        env=dict(pair.split("=", 1) for pair in request.env) or None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    context.add_callback(lambda: _kill(process))
    yield from _streamed(process)


def _streamed(process: subprocess.Popen[bytes]) -> Iterator[Any]:
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def forward(stream: IO[bytes] | None, field: str) -> None:
        while stream is not None and (read := os.read(stream.fileno(), _CHUNK)):
            answers.put(language_pb2.RunPluginResponse(**{field: read}))
        answers.put(None)

    for stream, field in ((process.stdout, "stdout"), (process.stderr, "stderr")):
        threading.Thread(target=forward, args=(stream, field), daemon=True).start()
    for _ in range(2):
        yield from iter(answers.get, None)
    yield language_pb2.RunPluginResponse(exitcode=process.wait())


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
