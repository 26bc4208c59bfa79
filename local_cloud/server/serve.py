"""Starts the gRPC servers of several packages on loopback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from local_cloud.runtime.network.grpc_server import loopback_server
from local_cloud.server.cloud import Cloud
from local_cloud.server.package import Package
from local_cloud.server.plan.sessions import PlanSessions
from local_cloud.server.provider import Provider

_WORKERS = 32  # the engine runs 16 resources at once by default, and a create may wait for a real part


@dataclass(frozen=True)
class Served:
    """Running providers."""

    servers: Sequence[grpc.Server]
    ports: dict[str, int]

    @property
    def attachment(self) -> str:
        """The value of PULUMI_DEBUG_PROVIDERS that attaches an engine to them."""
        return ",".join(f"{name}:{port}" for name, port in self.ports.items())

    def stop(self, grace_s: float = 1.0) -> None:
        """Stops them all."""
        for stopping in [server.stop(grace_s) for server in self.servers]:
            stopping.wait()


def serve(
    packages: Sequence[Package],
    cloud: Cloud | None = None,
    previews: PlanSessions | None = None,
    of_their_own: Mapping[str, type[Provider]] = MappingProxyType({}),
) -> Served:
    """
    Serves each package on a free port of 127.0.0.1.

    Args:
        packages: what is served.
        cloud: makes and changes things; without one the providers only plan.
        previews: where refusals of previews under way are noted.
        of_their_own: providers by package name, where the general one does not fit.
    """
    servers: list[grpc.Server] = []
    ports: dict[str, int] = {}
    for package in packages:
        server, port = loopback_server(package.name, workers=_WORKERS)
        servicer = of_their_own.get(package.name, Provider)(package, port, cloud, previews)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        server.start()
        ports[package.name] = port
        servers.append(server)
    return Served(servers, ports)
