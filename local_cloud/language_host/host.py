"""The LanguageRuntime gRPC service: what the engine asks of a language host, answered from a warm fork server."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from local_cloud.language_host import engine_process, policy_pack
from local_cloud.language_host.child import SHOWN_EXIT_CODE
from local_cloud.language_host.output import Forwarder
from local_cloud.language_host.registered import Registered
from local_cloud.language_host.runs import ForkServerProcess, Run, start_fresh
from local_cloud.runtime.network.grpc_server import loopback_server

PRELOAD: Final = (
    "cryptography.hazmat.primitives.serialization.pkcs12",
    "cryptography.x509",
    "difflib",
    "google.protobuf.struct_pb2",
    "grpc",
    "hmac",
    "pulumi",
    "pulumi.runtime",
    "pulumi_azure_native",
    "pulumi_azure_native.app",
    "pulumi_azure_native.authorization",
    "pulumi_azure_native.consumption",
    "pulumi_azure_native.containerregistry",
    "pulumi_azure_native.dbforpostgresql",
    "pulumi_azure_native.keyvault",
    "pulumi_azure_native.managedidentity",
    "pulumi_azure_native.monitor",
    "pulumi_azure_native.network",
    "pulumi_azure_native.operationalinsights",
    "pulumi_azure_native.privatedns",
    "pulumi_azure_native.resources",
    "pulumi_azuread",
    "pulumi_cloudflare",
    "pulumi_policy",
    "pulumi_random",
    "pulumi_tls",
    "pulumiverse_time",
    "pydantic.fields",
    "pydantic.functional_validators",
    "pydantic.main",
    "pydantic.plugin._loader",
    "pydantic.type_adapter",
    "pydantic.types",
    "secrets",
    "yaml",
    "zoneinfo",
    "local_cloud.language_host.speedups",
)
"""What the fork server imports: SDKs and libraries, never a project's own modules, which must be fresh in every run."""

_WORKERS: Final = 64  # a run holds one for as long as it lasts


@dataclass(frozen=True)
class RunInfo:
    """A run that is about to start."""

    project: str
    stack: str
    root_directory: Path
    program_directory: Path
    config: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class EndedRun:
    """
    A preview's program that has ended.

    Attributes:
        info: which one.
        engine: the address of its engine's log.
        environment: the engine's.
        registrations: what the recorder wrote of everything that it registered.
        succeeded: whether it ended without an error of its own.
        organization: of the stack; empty where the backend knows none.
        policy_packs: directories of the packs that the engine runs itself.
    """

    info: RunInfo
    engine: str
    environment: Mapping[str, str]
    registrations: bytes
    succeeded: bool
    organization: str = ""
    policy_packs: frozenset[Path] = frozenset()


class Judge(Protocol):
    """Who looks at the programs of previews as a whole."""

    def begins(self, engine: str, info: RunInfo, environment: Mapping[str, str]) -> None:
        """A program of a preview starts; `engine` is the address of its engine's log, `environment` the engine's."""
        ...

    def refusal(self, ended: EndedRun) -> str:
        """Why a program that has ended is refused, in one line, the engine's log having the details; empty where it is not."""
        ...


class ModuleError(Exception):
    """A module did not end well."""


class LanguageHost:
    """
    The host; serves any number of engines at once.

    Args:
        preload: modules that the fork server imports.
        on_run: called before each run.
        judge: looks at each preview.
        warm: without it every program starts in a fresh interpreter, as with the official host.
    """

    def __init__(
        self,
        *,
        preload: Sequence[str] = PRELOAD,
        on_run: Callable[[RunInfo], None] | None = None,
        judge: Judge | None = None,
        warm: bool = True,
    ) -> None:
        self._preload = preload
        self._on_run = on_run
        self._judge = judge
        self._warm = warm
        self._fork_server: ForkServerProcess | None = None
        self._server: grpc.Server | None = None
        self._service: _Service | None = None

    @property
    def active_runs(self) -> int:
        """How many programs run now."""
        return self._service.active if self._service is not None else 0

    def start(self, port: int = 0) -> int:
        """Serves on 127.0.0.1 and returns the port; does not wait for the fork server's imports."""
        self._fork_server = ForkServerProcess(self._preload) if self._warm else None
        self._server, bound = loopback_server("language-host", workers=_WORKERS, port=port)
        self._service = _Service(bound, self._fork_server, self._on_run, self._judge)
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(self._service, self._server)
        self._server.start()
        return bound

    def run_module(self, module: str, *arguments: str, given: str = "", **environment: str) -> bytes:
        """
        Runs a module as `python -m` does, in a process that has what the fork server imports; returns what it prints.

        Args:
            module: its name.
            arguments: what follows it.
            given: its standard input.
            environment: variables beside those of this process.

        Raises:
            ModuleError: it failed, or the fork server ended.
        """
        if self._fork_server is None:
            raise ModuleError(f"{module}: a cold host has no fork server")
        try:
            variables = {**os.environ, **environment}
            run = self._fork_server.start(
                {"module": module, "args": arguments, "given": given, "environment": variables}
            )
        except OSError as error:
            raise ModuleError(f"{module}: the fork server has ended ({error})") from None
        os.close(run.registrations)
        with os.fdopen(run.output, "rb") as output, os.fdopen(run.error, "rb") as error:
            printed, said = output.read(), error.read()
        if run.wait() != 0:
            raise ModuleError(f"{module} failed: {said.decode(errors='replace')}")
        return printed

    def stop(self) -> None:
        """Ends the fork server with every program in it, then the service."""
        if self._fork_server is not None:
            self._fork_server.stop()
        if self._server is not None:
            self._server.stop(1).wait()


class _Service(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(
        self,
        port: int,
        fork_server: ForkServerProcess | None,
        on_run: Callable[[RunInfo], None] | None,
        judge: Judge | None,
    ) -> None:
        self._port = port
        self._fork_server = fork_server
        self._on_run = on_run
        self._judge = judge
        self._engines: dict[str, str] = {}
        self._policy_packs: set[tuple[int, Path]] = set()
        self._lock = threading.Lock()
        self.active = 0

    def Handshake(self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext) -> Any:
        """The engine tells where its log listens."""
        with self._lock:
            self._engines[context.peer()] = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> Any:
        """No version of its own: the official host reports its release's."""
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        """None: providers are attached."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: grpc.ServicerContext) -> Any:
        """None: providers are attached."""
        return language_pb2.GetRequiredPluginsResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Nothing to ask."""
        return language_pb2.RuntimeOptionsResponse()

    def About(self, request: Any, context: grpc.ServicerContext) -> Any:
        """The interpreter."""
        version = ".".join(str(part) for part in sys.version_info[:3])
        return language_pb2.AboutResponse(executable=sys.executable, version=version)

    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Not told: `pulumi about` shows none."""
        return language_pb2.GetProgramDependenciesResponse()

    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """The environment is the project's own business (`make setup`)."""
        message = "the attached language host installs nothing: the project's environment is used as it is\n"
        yield language_pb2.InstallDependenciesResponse(stdout=message.encode())

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Runs end with their own calls."""
        return empty_pb2.Empty()

    def RunPlugin(self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext) -> Iterator[Any]:
        """Starts a policy pack."""
        interpreter = _interpreter(request.info) or Path(sys.executable)
        process = engine_process.behind(context.peer(), self._port)
        running = process.pid, Path(request.info.program_directory)
        self._policy_packs.add(running)
        context.add_callback(lambda: self._policy_packs.discard(running))
        return policy_pack.run(request, interpreter, process.environment, context)

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> Any:
        """Runs a program to its end."""
        with self._lock:
            self.active += 1
            engine = self._engines.get(context.peer(), "")
        try:
            return self._run(request, engine, context)
        finally:
            with self._lock:
                self.active -= 1

    def _run(self, request: language_pb2.RunRequest, engine: str, context: grpc.ServicerContext) -> Any:
        directories = (Path(request.info.root_directory), Path(request.info.program_directory))
        info = RunInfo(request.project, request.stack, *directories, config=dict(request.config))
        if self._on_run is not None:
            self._on_run(info)
        judge = self._judge if request.dryRun else None
        process = engine_process.behind(context.peer(), self._port)
        if judge is not None:
            judge.begins(engine, info, process.environment)
        run = self._start(request, engine, process)
        if not context.add_callback(run.kill):
            run.kill()  # the engine was gone before we could listen for it
        with Registered(run.registrations) as registered, Forwarder(engine, run.output, run.error):
            code = run.wait()
        ended = EndedRun(
            info,
            engine,
            process.environment,
            registered.content,
            succeeded=code == 0,
            organization=request.organization,
            policy_packs=frozenset(pack for pid, pack in set(self._policy_packs) if pid == process.pid),
        )
        refusal = judge.refusal(ended) if judge is not None else ""
        if code == 0:
            return language_pb2.RunResponse(error=refusal)
        if code == SHOWN_EXIT_CODE:
            return language_pb2.RunResponse(bail=True)
        # A signal's exit code is -1 to the official host, which does not tell which one it was.
        how = str(code) if code > 0 else f"-1 ({signal.Signals(-code).name})"
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {how}")

    def _start(self, request: language_pb2.RunRequest, engine: str, process: engine_process.EngineProcess) -> Run:
        interpreter = _interpreter(request.info)
        asked = _asked(request, engine, process)
        if self._fork_server is None or interpreter is not None:
            return start_fresh(interpreter or Path(sys.executable), asked)
        return self._fork_server.start(asked)


def _asked(request: language_pb2.RunRequest, engine: str, process: engine_process.EngineProcess) -> dict[str, Any]:
    """The request as the child takes it."""
    directory = Path(request.info.program_directory or request.pwd)
    return {
        "project": request.project,
        "stack": request.stack,
        "organization": request.organization,
        "parallel": request.parallel,
        "dry_run": request.dryRun,
        "monitor": request.monitor_address,
        "engine": engine,
        "root_directory": request.info.root_directory,
        "program": request.info.entry_point or ".",
        "args": list(request.args),
        "pwd": request.pwd or str(directory),
        "config": dict(request.config),
        "config_secret_keys": list(request.configSecretKeys),
        "environment": process.environment,
        "debug": process.debug,
    }


def _interpreter(info: language_pb2.ProgramInfo) -> Path | None:
    """The program's own interpreter where it names an environment other than this one (`runtime.options.virtualenv`)."""
    chosen = json_format.MessageToDict(info.options).get("virtualenv")
    if not chosen:
        return None
    environment = Path(info.root_directory, chosen)
    if environment.resolve() == Path(sys.prefix).resolve() or not environment.exists():
        return None
    return environment / "bin" / "python"
