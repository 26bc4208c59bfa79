"""All PostgreSQL servers of a state directory."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.postgres.backend.places import Places
from local_cloud.services.postgres.backend.server import PostgresServer
from local_cloud.services.postgres.backend.serving import ServerContext

_NAME = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,62}")


class PostgresServers:
    """
    The servers by name; safe to use from several threads.

    Args:
        directory: where they are kept, one folder each.
        programs: directory of PostgreSQL's programs, as `find_postgres` gives it.
        ca: issues their certificates.
        ports: gives each its port, recorded as `postgres NAME`.
        supervisor: keeps them running.
        places: which account runs them; decided by who we are when left out.
        backups_mb: how large the backups of each may grow; 0 is none.
    """

    def __init__(
        self,
        directory: Path,
        *,
        programs: Path,
        ca: LocalCA,
        ports: Ports,
        supervisor: Supervisor,
        places: Places | None = None,
        backups_mb: int = 0,
    ) -> None:
        self._context = ServerContext(
            directory=directory,
            programs=programs,
            ca=ca,
            ports=ports,
            supervisor=supervisor,
            places=places or Places.of_this_machine(),
            backups_mb=backups_mb,
        )
        self._lock = threading.Lock()
        self._servers: dict[str, PostgresServer] = {}

    def server(self, name: str) -> PostgresServer:
        """A server, whether it exists yet or not; the same object for the same name."""
        if not _NAME.fullmatch(name):
            raise BackendError(f"{name!r} cannot be a server's name: letters, digits and single hyphens")
        with self._lock:
            if name not in self._servers:
                self._servers[name] = PostgresServer(name, self._context)
            return self._servers[name]

    def names(self) -> list[str]:
        """Names of the servers that exist."""
        return sorted(file.parent.name for file in self._context.directory.glob("*/server.json"))

    def resume(self) -> None:
        """Start every server that exists and was not stopped on purpose, or adopt what still runs."""
        for name in self.names():
            self.server(name).resume()

    def tend_backups(self) -> None:
        """Look after the backups of every server; one that is at work with something else comes next time."""
        for name in self.names():
            self.server(name).tend_backups()

    def delete_all(self) -> None:
        """Delete every server with its data, also what lies outside the state directory."""
        for name in self.names():
            self.server(name).delete()
