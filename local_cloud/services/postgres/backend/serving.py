"""A server's process: its files, its certificate, who may connect, and how it is started and made to read its files again."""

from __future__ import annotations

import getpass
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.process import Process
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.postgres.backend.administration import Administration
from local_cloud.services.postgres.backend.cluster import ENVIRONMENT, Cluster
from local_cloud.services.postgres.backend.places import Places


@dataclass(frozen=True, kw_only=True)
class ServerContext:
    """
    What every server shares.

    Attributes:
        programs: directory of PostgreSQL's programs, as `find_postgres` gives it.
        directory: where servers are kept, one folder each.
        backups_mb: how large the backups of each server may grow; 0 is none.
    """

    directory: Path
    programs: Path
    ca: LocalCA
    ports: Ports
    supervisor: Supervisor
    places: Places
    backups_mb: int = 0


class Serving:
    """
    The process of one server.

    Args:
        name: the server's name.
        context: what every server shares.
    """

    def __init__(self, name: str, context: ServerContext) -> None:
        self.name = name
        self.directory = context.directory / name
        self._context = context

    @cached_property
    def port(self) -> int:
        """Where it listens."""
        return self._context.ports.port(self.process_name)

    @property
    def process_name(self) -> str:
        """What supervisor and ports know it by."""
        return f"postgres {self.name}"

    @property
    def log_file(self) -> Path:
        """Its log."""
        return self.directory / "postgres.log"

    @property
    def host_names(self) -> tuple[str, ...]:
        """Names its certificate is for, as far as the authority may certify them."""
        return ("localhost", "127.0.0.1", f"{self.name}.postgres.database.azure.com")

    @property
    def running(self) -> bool:
        """Whether it serves now."""
        process = self._context.supervisor.get(self.process_name)
        return process is not None and process.ready

    @property
    def supervised(self) -> bool:
        """Whether it was started, so that it is kept running."""
        return self._context.supervisor.get(self.process_name) is not None

    @property
    def cluster(self) -> Cluster:
        """Its files."""
        places = self._context.places
        wanted = self.directory / "data"
        data = places.data_directory(wanted)
        return Cluster(places, places.programs(self._context.programs), data, places.socket_directory(wanted))

    @property
    def administration(self) -> Administration:
        """The operator's way in."""
        return self._administration_of(self.cluster)

    def start(
        self, cluster: Cluster, settings: Mapping[str, str], overrides: Mapping[str, str], *, timeout_s: float = 30
    ) -> None:
        """
        Write the files and start the process where it does not run.

        Args:
            cluster: its files.
            settings: for postgresql.conf, beyond those that every server has.
            overrides: parameters that were set.
            timeout_s: how long it may take until it answers.
        """
        cluster.forget_dead_server()
        ca = self._context.ca
        certificate = ca.issue([each for each in self.host_names if ca.permits(each)], directory=self.directory / "tls")
        cluster.write("server.key", certificate.key_file.read_text())
        cluster.write("server.crt", certificate.cert_file.read_text())
        cluster.write_configuration(name=self.name, port=self.port, azure=settings)
        _write_access(cluster, overrides)
        if not self.supervised:
            process = self._process(cluster, timeout_s)
            if not process.left_running:
                self._context.ports.require_free(self.process_name)
            self._context.supervisor.add(process)

    def stop(self) -> None:
        """End the process."""
        self._context.supervisor.remove(self.process_name)

    def reload(self, overrides: Mapping[str, str]) -> None:
        """Make the server read its files again, and wait until it has."""
        cluster = self.cluster
        _write_access(cluster, overrides)
        with self._administration_of(cluster).connection() as connection:
            loaded = "SELECT pg_catalog.pg_conf_load_time()"
            before = connection.execute(loaded).fetchone()
            connection.execute("SELECT pg_catalog.pg_reload_conf()")
            _wait_until(lambda: connection.execute(loaded).fetchone() != before)

    def _administration_of(self, cluster: Cluster) -> Administration:
        return Administration(cluster.sockets, self.port, cluster.places.account.pw_name)

    def _process(self, cluster: Cluster, timeout_s: float) -> Process:
        return Process(
            self.process_name,
            [cluster.programs / "postgres", "-D", cluster.data],
            env=ENVIRONMENT,
            cwd=cluster.data,
            log_file=self.log_file,
            ready=self._administration_of(cluster).answers,
            user=cluster.places.user,
            # Fast shutdown: clients are disconnected instead of waited for.
            stop_signal=signal.SIGINT,
            grace_s=20,
            ready_timeout_s=timeout_s,
        )


def _write_access(cluster: Cluster, overrides: Mapping[str, str]) -> None:
    operators = dict.fromkeys([getpass.getuser(), cluster.places.account.pw_name])
    cluster.write_access(operators=list(operators), require_tls=overrides.get("require_secure_transport", "on") == "on")


def _wait_until(condition: Callable[[], bool], timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise BackendError("the PostgreSQL server did not read its configuration again")
        time.sleep(0.005)
