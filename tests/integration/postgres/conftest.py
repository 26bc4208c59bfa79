"""One real server a module, in a throwaway state directory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import BackOff, Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.postgres.backend.places import Places
from local_cloud.services.postgres.backend.server import PostgresServer
from local_cloud.services.postgres.backend.servers import PostgresServers

LOGIN, PASSWORD = "ecent_admin", "Correct-Horse-1"

Connect = Callable[..., psycopg.Connection[Any]]


@dataclass
class State:
    """A state directory and what a daemon would make of it."""

    directory: Path
    outside: Path
    ca: LocalCA
    supervisor: Supervisor

    def servers(self, supervisor: Supervisor | None = None, *, backups_mb: int = 0) -> PostgresServers:
        return PostgresServers(
            self.directory / "postgres",
            programs=find_postgres(),
            ca=self.ca,
            ports=Ports(self.directory / "ports.json"),
            supervisor=supervisor or self.supervisor,
            places=Places.of_this_machine(self.outside),
            backups_mb=backups_mb,
        )

    def connect(self, server: PostgresServer, **options: Any) -> psycopg.Connection[Any]:
        defaults: dict[str, Any] = {
            "host": "localhost",
            "port": server.port,
            "user": LOGIN,
            "password": PASSWORD,
            "dbname": "postgres",
            "sslmode": "verify-full",
            "sslrootcert": str(self.ca.ca_file),
            "autocommit": True,
            "connect_timeout": 10,
        }
        return psycopg.connect(**{**defaults, **options})


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    directory = tmp_path_factory.mktemp("state")
    with tempfile.TemporaryDirectory(prefix="ignition-test-", dir="/tmp") as outside:
        Path(outside).chmod(0o755)  # the account that runs the server must get through as root's child
        supervisor = Supervisor(back_off=BackOff(first_s=0.01))
        state = State(directory, Path(outside), LocalCA(directory / "ca"), supervisor)
        yield state
        state.servers().delete_all()
        supervisor.stop_all()


@pytest.fixture(scope="module")
def server(state: State) -> PostgresServer:
    server = state.servers().server("ecent-test")
    server.apply(login=LOGIN, version="17", password=PASSWORD)
    return server


@pytest.fixture
def database(server: PostgresServer) -> Iterator[str]:
    """A database of the test's own."""
    name = f"app_{os.urandom(4).hex()}"
    server.create_database(name)
    yield name
    server.delete_database(name)


@pytest.fixture
def connect(state: State, server: PostgresServer) -> Iterator[Connect]:
    """Opens connections as the administrator by default; all are closed afterwards."""
    opened: list[psycopg.Connection[Any]] = []

    def connect(**options: Any) -> psycopg.Connection[Any]:
        connection = state.connect(server, **options)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.close()
