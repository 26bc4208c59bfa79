"""Starts and stops the language host: the fork server first, then the gRPC server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent import futures
from typing import Final

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from local_cloud.language_host.forker import Forker
from local_cloud.language_host.run_info import RunInfo
from local_cloud.language_host.service import Service

PRELOAD: Final = (
    "pulumi",
    "pydantic",
    "pulumi_random",
    "pulumi_tls",
    "pulumi_azuread",
    "pulumiverse_time",
    "pulumi_cloudflare",
    # azure-native imports its hundreds of services when they are used; each takes memory, so only those of the platform.
    "pulumi_azure_native",
    "pulumi_azure_native.app.outputs",
    "pulumi_azure_native.authorization.outputs",
    "pulumi_azure_native.consumption",
    "pulumi_azure_native.containerregistry.outputs",
    "pulumi_azure_native.dbforpostgresql.outputs",
    "pulumi_azure_native.keyvault.outputs",
    "pulumi_azure_native.managedidentity",
    "pulumi_azure_native.monitor.outputs",
    "pulumi_azure_native.network.outputs",
    "pulumi_azure_native.operationalinsights.outputs",
    "pulumi_azure_native.privatedns.outputs",
    "pulumi_azure_native.resources.outputs",
)
"""What a program is given ready imported; nothing of any project's own, which must be read afresh each run."""

_MAX_MESSAGE_BYTES = 400 * 1024 * 1024  # the SDK's own limit
_WORKERS = 64  # a program and each policy pack hold one as long as they run


class LanguageHost:
    """
    Runs Python programs for engines that attach to it.

    Use from one thread; engines may come in any number.
    """

    def __init__(
        self,
        *,
        preload: Sequence[str] = PRELOAD,
        on_run: Callable[[RunInfo], None] | None = None,
        warm: bool = True,
    ) -> None:
        """
        Args:
            preload: modules to have imported; those that are not installed are left out.
            on_run: called before each program starts, in the call's own thread; what it raises fails the run.
            warm: False starts a fresh interpreter for each run, as the official host does.
        """
        self._forker = Forker(preload) if warm else None
        self._service = Service(self._forker, on_run)
        self._server: grpc.Server | None = None

    def start(self, port: int = 0) -> int:
        """
        Starts to listen on the loopback address and returns the port; does not wait for the imports, a run does.

        Raises:
            OSError: the port is taken.
        """
        if self._forker is not None:
            self._forker.start()
        server = grpc.server(
            futures.ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="language host"),
            options=[
                ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
            ],
        )
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(self._service, server)
        try:
            bound = server.add_insecure_port(f"127.0.0.1:{port}")
        except RuntimeError:
            self.stop()
            raise OSError(
                f"port {port} on 127.0.0.1 is taken; the language host needs it free, or pass 0 for any port"
            ) from None
        server.start()
        self._server = server
        return bound

    def wait_ready(self) -> None:
        """Waits until the SDKs are imported."""
        if self._forker is not None:
            self._forker.wait_ready()

    @property
    def fork_server_pid(self) -> int | None:
        """The process that has the SDKs imported."""
        return None if self._forker is None else self._forker.pid

    def stop(self) -> None:
        """Ends every program that runs, then the fork server."""
        server, self._server = self._server, None
        if server is not None:
            server.stop(grace=0).wait()
        if self._forker is not None:
            self._forker.stop()
