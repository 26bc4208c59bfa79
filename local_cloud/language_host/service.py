"""
The gRPC service that engines attach to; any number of them at once.

How a child is made is `children` and `forker`'s, which Python it runs in `interpreter`'s, policy packs are `plugins`'.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import platform
import signal
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from local_cloud.language_host import engine_process, interpreter, packages, plugins
from local_cloud.language_host.children import Child, Cold, Command, Ending
from local_cloud.language_host.engine_process import EngineProcess
from local_cloud.language_host.forker import Forker
from local_cloud.language_host.interpreter import Interpreter, NoInterpreter, Options
from local_cloud.language_host.output import Lines, Output
from local_cloud.language_host.program import MESSAGE_SHOWN
from local_cloud.language_host.run_info import RunInfo

_ENGINES_REMEMBERED = 1024
_STREAMS = itertools.count(1_000_000)  # far from the ones that the engine counts for its own plugins


class Service(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs programs and policy packs for attached engines."""

    def __init__(self, forker: Forker | None, on_run: Callable[[RunInfo], None] | None) -> None:
        """
        Args:
            forker: makes warm children; None for a fresh interpreter each run.
            on_run: told of each run before its program starts.
        """
        self._forker = forker
        self._on_run = on_run
        self._engines: OrderedDict[str, str] = OrderedDict()
        self._running: dict[str, set[Ending]] = {}
        self._lock = threading.Lock()

    # -- the connection

    def Handshake(self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext) -> Any:
        """The engine tells where its log listens. A connection belongs to one engine."""
        with self._lock:
            self._engines[context.peer()] = request.engine_address
            while len(self._engines) > _ENGINES_REMEMBERED:
                self._engines.popitem(last=False)
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: ARG002
        """The SDK's version."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002
        """Interrupts what this engine runs."""
        with self._lock:
            endings = list(self._running.get(context.peer(), ()))
        for ending in endings:
            ending.begin()
        return empty_pb2.Empty()

    # -- running

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Runs the program and answers when it has ended."""
        address = self._engine_address(context)
        if request.attach_debugger:
            return language_pb2.RunResponse(
                error="this language host does not attach debuggers; run the command without PULUMI_DEBUG_LANGUAGES"
            )
        process = engine_process.at(context.peer())
        with _refusals(context):
            options = _options(request.info)
            python = interpreter.find(options, process.environ)
            packages.typecheck(options, python)
        if self._on_run is not None:
            self._on_run(_run_info(request, process))
        command = _command(request, address, python, process)
        with grpc.insecure_channel(address) as channel:
            engine = engine_pb2_grpc.EngineStub(channel)
            exit_code = self._run(command, python, engine, context)
        return _response(exit_code)

    def _run(self, command: Command, python: Interpreter, engine: Any, context: grpc.ServicerContext) -> int:
        lines = Lines(_to_engine(engine))
        output = Output(lines.write)
        try:
            child = self._start(command, python, output.descriptor)
            with self._ended_with(child, context):
                return child.wait()
        finally:
            output.finish()
            with contextlib.suppress(grpc.RpcError):
                lines.flush()

    def _start(self, command: Command, python: Interpreter, output: int) -> Child:
        if self._forker is not None and python.is_ours and self._forker.fits(command.environ):
            return self._forker.fork(command, output)
        return Cold(command, python.python, output)

    @contextlib.contextmanager
    def _ended_with(self, child: Child, context: grpc.ServicerContext) -> Iterator[None]:
        """The child ends when the call is cancelled, which it also is when the engine goes without a word."""
        ending, peer = Ending(child), context.peer()
        with self._lock:
            self._running.setdefault(peer, set()).add(ending)
        try:
            if not context.add_callback(ending.begin):
                ending.begin()
            yield
        finally:
            ending.over()
            with self._lock:
                self._running[peer].discard(ending)
                if not self._running[peer]:
                    del self._running[peer]

    def RunPlugin(self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext) -> Iterator[Any]:
        """Runs a policy pack or another plugin written in Python."""
        with _refusals(context):
            python = interpreter.find(_options(request.info), engine_process.at(context.peer()).environ)
            yield from plugins.run(request, python, context)

    # -- what else an engine asks

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002
        """None: the providers are attached, so there is nothing to fetch."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002
        """None: see GetRequiredPackages."""
        return language_pb2.GetRequiredPluginsResponse()

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """Makes the program's virtual environment and installs what it requires."""
        environ = engine_process.at(context.peer()).environ
        with _refusals(context):
            for piece in packages.install(_options(request.info), environ):
                yield language_pb2.InstallDependenciesResponse(stdout=piece)

    def RuntimeOptionsPrompts(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002
        """Nothing to ask: options that are not given have defaults."""
        return language_pb2.RuntimeOptionsResponse()

    def Template(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002
        """A new project is used as its template is."""
        return language_pb2.TemplateResponse()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> Any:
        """The interpreter that the program would run in."""
        with _refusals(context):
            options = _options(request.info)
            python = interpreter.find(options, engine_process.at(context.peer()).environ)
            version = platform.python_version() if python.is_ours else packages.version(python)
        return language_pb2.AboutResponse(
            executable=str(python.python),
            version=version,
            metadata={"toolchain": options.toolchain or "Auto", "typechecker": options.typechecker or "None"},
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> Any:
        """The installed packages; only those that no other one requires, unless all are asked for."""
        with _refusals(context):
            python = interpreter.find(_options(request.info), engine_process.at(context.peer()).environ)
            found = packages.installed(python, everything=request.transitiveDependencies)
        dependencies = [language_pb2.DependencyInfo(name=name, version=version) for name, version in found]
        return language_pb2.GetProgramDependenciesResponse(dependencies=dependencies)

    def _engine_address(self, context: grpc.ServicerContext) -> str:
        with self._lock:
            address = self._engines.get(context.peer())
        if address is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "must call Handshake before Run")
        return address


@contextlib.contextmanager
def _refusals(context: grpc.ServicerContext) -> Iterator[None]:
    try:
        yield
    except (NoInterpreter, packages.PackagesFailed, OSError, subprocess.SubprocessError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _options(info: language_pb2.ProgramInfo) -> Options:
    return interpreter.options(info.root_directory, info.program_directory, json_format.MessageToDict(info.options))


def _run_info(request: language_pb2.RunRequest, process: EngineProcess) -> RunInfo:
    return RunInfo(
        project=request.project,
        stack=request.stack,
        root_directory=Path(request.info.root_directory),
        program_directory=Path(request.info.program_directory),
        preview=request.dryRun,
        pid=process.pid,
    )


def _command(
    request: language_pb2.RunRequest, engine_address: str, python: Interpreter, process: EngineProcess
) -> Command:
    named = {
        "monitor": request.monitor_address,
        "engine": engine_address,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    options = [part for name, value in named.items() if value for part in (f"--{name}", value)]
    return Command(
        argv=[*options, request.info.entry_point, *request.args],
        environ={
            **python.environ,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        },
        debug=process.shows_debug_messages,
    )


def _to_engine(engine: Any) -> Callable[[str], None]:
    stream = next(_STREAMS)

    def send(line: str) -> None:
        engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line, streamId=stream))

    return send


def _response(exit_code: int) -> language_pb2.RunResponse:
    """The official host's words, and the signal's name beside them."""
    if exit_code == 0:
        return language_pb2.RunResponse()
    if exit_code == MESSAGE_SHOWN:
        return language_pb2.RunResponse(bail=True)
    if exit_code > 0:
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {exit_code}")
    name = signal.Signals(-exit_code).name
    return language_pb2.RunResponse(error=f"program exited with non-zero exit code: -1 (ended by {name})")
