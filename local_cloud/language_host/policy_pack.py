"""
Policy packs: the engine asks the language host to start them as plugins.

A pack reads the stack's configuration from its environment when it starts, but the engine tells it over the pack's own service. As
the official host does, `policy_proxy` stands before the pack: the pack is started once the configuration is known.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import analyzer_pb2, language_pb2

from local_cloud.language_host.policy_proxy import PolicyProxy

_CHUNK: Final = 65536


def run(
    request: language_pb2.RunPluginRequest,
    interpreter: Path,
    environment: Mapping[str, str],
    context: grpc.ServicerContext,
) -> Iterator[Any]:
    """
    Runs a policy pack (kind `analyzer`) and streams what it prints, its exit code last.

    Args:
        request: as the engine made it.
        interpreter: the Python that the pack runs in.
        environment: the engine's environment.
        context: the call; when it ends, so does the pack.
    """
    if request.kind != "analyzer":
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"this host starts policy packs only, not plugins of kind '{request.kind}'; use the official host for those",
        )
    with PolicyProxy() as proxy:
        if not context.add_callback(proxy.give_up):
            return
        # The engine reads the port to talk to from the first line that is printed.
        yield language_pb2.RunPluginResponse(stdout=f"{proxy.port}\n".encode())
        if not proxy.wait_for_configuration():
            return
        told = dict(pair.split("=", 1) for pair in request.env)
        process = subprocess.Popen(
            [interpreter, "-u", "-m", "pulumi.policy", *request.args, request.info.program_directory],
            cwd=request.info.program_directory,
            env={**environment, **_variables(proxy.configuration), **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            if context.add_callback(lambda: _kill(process)):
                yield from _streamed(process, proxy)
                yield language_pb2.RunPluginResponse(exitcode=max(process.wait(), -1))
        finally:
            _kill(process)
            process.wait()


def _variables(configuration: analyzer_pb2.AnalyzerStackConfigureRequest | None) -> dict[str, str]:
    """The stack as the SDK's policy runner reads it; nothing where the engine told none (`pulumi policy publish`)."""
    if configuration is None:
        return {}
    found = {
        "PULUMI_ORGANIZATION": configuration.organization,
        "PULUMI_PROJECT": configuration.project,
        "PULUMI_STACK": configuration.stack,
        "PULUMI_DRY_RUN": str(configuration.dry_run).lower(),
        "PULUMI_CONFIG": json.dumps(dict(configuration.config)),
    }
    return {name: value for name, value in found.items() if value}


def _streamed(process: subprocess.Popen[bytes], proxy: PolicyProxy) -> Iterator[Any]:
    """What the pack prints, but for its port."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def forward(stream: Any, field: str) -> None:
        with stream:
            if field == "stdout":
                proxy.attach(stream.readline())
            while read := stream.read1(_CHUNK):
                answers.put(language_pb2.RunPluginResponse(**{field: read}))
        answers.put(None)

    streams = ((process.stdout, "stdout"), (process.stderr, "stderr"))
    for stream, field in streams:
        threading.Thread(target=forward, args=(stream, field), name=f"policy-pack-{field}", daemon=True).start()
    for _ in streams:
        yield from iter(answers.get, None)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
