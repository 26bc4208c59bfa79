"""
One server: brought to the state that is asked for, however far an earlier try got.

What the parameters mean is `parameters`', who may do what is `roles`', files are `cluster`'s.
"""

from __future__ import annotations

import getpass
import shutil
import signal
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from local_cloud.runtime.certificates import LocalCA
from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.runtime.ports import Ports
from local_cloud.runtime.process import Process
from local_cloud.runtime.supervisor import Supervisor
from local_cloud.services.postgres.backend import roles
from local_cloud.services.postgres.backend.administration import MAINTENANCE, Administration
from local_cloud.services.postgres.backend.cluster import ENVIRONMENT, Cluster
from local_cloud.services.postgres.backend.configurations import Configuration, Configurations
from local_cloud.services.postgres.backend.places import Places
from local_cloud.services.postgres.backend.record import Record

SUPPORTED_VERSION = "17"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """
    What every server shares.

    Attributes:
        programs: directory of PostgreSQL's programs, as `find_postgres` gives it.
        directory: where servers are kept, one folder each.
    """

    directory: Path
    programs: Path
    ca: LocalCA
    ports: Ports
    supervisor: Supervisor
    places: Places


@dataclass(frozen=True)
class Database:
    """A database of a server; `collation` is the one asked for."""

    name: str
    charset: str
    collation: str


class PostgresServer:
    """
    One server.

    Every method brings about a state and may be called again; those that change something are refused with
    `ServerIsBusy` while another one is at work, as on Azure.
    """

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name = name
        self.port = around.ports.port(f"postgres {name}")
        self.directory = around.directory / name
        self._around = around
        self._record_file = self.directory / "server.json"
        self._record = Record.load(self._record_file)
        self._busy = threading.Lock()

    @property
    def exists(self) -> bool:
        """Whether it was created."""
        return self._record is not None

    @property
    def record(self) -> Record:
        """What is kept of it."""
        if self._record is None:
            raise BackendError(f"the PostgreSQL server {self.name} does not exist")
        return self._record

    @property
    def running(self) -> bool:
        """Whether it serves now."""
        process = self._around.supervisor.get(self._process_name)
        return process is not None and process.ready

    @property
    def log_file(self) -> Path:
        """Its log."""
        return self.directory / "postgres.log"

    @property
    def host_names(self) -> tuple[str, ...]:
        """Names its certificate is for, as far as the authority may certify them."""
        return ("localhost", "127.0.0.1", f"{self.name}.postgres.database.azure.com")

    def reach(self, *, login: str, version: str, password: str | None) -> None:
        """
        Create the server, or bring the existing one to this state.

        Args:
            login: the administrator's.
            version: PostgreSQL's major version.
            password: the administrator's; None leaves it as it is.

        Raises:
            CloudRefusal: busy, a login or password that Azure refuses, a login that would change.
            BackendError: a version that is not here, or PostgreSQL does not start.
        """
        with self._operation():
            self._check(login, version, password)
            self._start()
            roles.reach_roles(self._administration, login)
            if password is not None:
                roles.set_password(self._administration, login, password)
            self._record = self._record or Record(version, login, allow_list=roles.ALLOW_LIST_VERSION)
            self._record.stopped = False
            self._save()

    def start(self) -> None:
        """Start a stopped server; one that was stopped on purpose serves again from now on."""
        with self._operation():
            self.record.stopped = False
            self._save()
            self._start()

    def resume(self) -> None:
        """Start it after the daemon's own start, unless it was stopped on purpose."""
        if not self.record.stopped:
            with self._operation():
                self._start()

    def stop(self) -> None:
        """Stop it and keep everything."""
        with self._operation():
            self._around.supervisor.remove(self._process_name)
            self.record.stopped = True
            self._save()

    def restart(self) -> None:
        """Restart it."""
        with self._operation():
            self._require_running()
            self._start(again=True)

    def set_password(self, password: str) -> None:
        """Change the administrator's password; connections that are open stay so."""
        with self._operation():
            self._require_running()
            roles.check_password(self.record.login, password)
            roles.set_password(self._administration, self.record.login, password)

    def create_database(self, name: str, *, charset: str = "UTF8", collation: str = "en_US.utf8") -> Database:
        """Create a database owned by the administrators' role; one that exists is left as it is."""
        with self._operation():
            self._require_running()
            if charset.upper().replace("-", "") != "UTF8":
                raise BackendError(f"database {name}: charset {charset} is not played here, only UTF8 is")
            roles.create_database(self._administration, name, collation=collation)
            self.record.databases[name] = collation
            self._save()
        return Database(name, "UTF8", collation)

    def delete_database(self, name: str) -> None:
        """Drop a database with everything in it; one that does not exist is fine."""
        with self._operation():
            self._require_running()
            roles.drop_database(self._administration, name)
            self.record.databases.pop(name, None)
            self._save()

    def database(self, name: str) -> Database | None:
        """One database as it really is, or None."""
        return next((found for found in self.databases() if found.name == name), None)

    def databases(self) -> Sequence[Database]:
        """The databases that really are there, templates and the operator's own excepted."""
        try:
            rows = self._administration.rows(
                "SELECT datname, pg_catalog.pg_encoding_to_char(encoding), coalesce(datlocale, datcollate) "
                "FROM pg_catalog.pg_database WHERE NOT datistemplate AND datname <> %s ORDER BY datname",
                MAINTENANCE,
            )
        except psycopg.OperationalError as error:
            raise BackendError(
                f"the PostgreSQL server {self.name} does not answer ({str(error).splitlines()[0]}): it may be starting again, so "
                f"try once more; its log is {self.log_file}"
            ) from None
        asked = self.record.databases
        return [Database(name, charset, asked.get(name) or collation) for name, charset, collation in rows]

    def configuration(self, name: str) -> Configuration:
        """One parameter as it is now."""
        return self._configurations.get(name)

    def configuration_value(self, name: str) -> str:
        """One parameter's value as it is now; quick where nobody but us has set it."""
        return self._configurations.value(name)

    def set_configuration(self, name: str, value: str) -> Configuration:
        """
        Set a parameter for good; the server is restarted when it only takes effect so.

        Azure waits with that for a restart someone asks for; here the value that the program declares holds at once.

        Raises:
            CloudRefusal: unknown, read-only, not a value of it, or the server is busy.
        """
        with self._operation():
            self._require_running()
            return self._configurations.set(name, value)

    def reset_configuration(self, name: str) -> Configuration:
        """Give a parameter its default again, which is what deleting its resource does on Azure."""
        with self._operation():
            self._require_running()
            return self._configurations.reset(name)

    def delete(self) -> None:
        """Delete it with all its data; one that does not exist is fine."""
        with self._operation():
            self._around.supervisor.remove(self._process_name)
            self._around.places.remove_data_directory(self.directory / "data")
            shutil.rmtree(self.directory, ignore_errors=True)
            self._around.ports.forget(f"postgres {self.name}")
            self._record = None

    @property
    def _process_name(self) -> str:
        return f"postgres {self.name}"

    @property
    def _cluster(self) -> Cluster:
        places = self._around.places
        wanted = self.directory / "data"
        data = places.data_directory(wanted)
        return Cluster(places, places.programs(self._around.programs), data, places.socket_directory(wanted))

    @property
    def _administration(self) -> Administration:
        return self._administration_of(self._cluster)

    def _administration_of(self, cluster: Cluster) -> Administration:
        return Administration(cluster.sockets, self.port, cluster.places.account.pw_name)

    @property
    def _configurations(self) -> Configurations:
        return Configurations(
            record=self.record,
            save=self._save,
            cluster=self._cluster,
            administration=self._administration,
            reload=self._reload,
            restart=lambda: self._start(again=True),
        )

    @contextmanager
    def _operation(self) -> Generator[None]:
        if not self._busy.acquire(blocking=False):
            raise CloudRefusal(
                "ServerIsBusy",
                f"Cannot complete operation while server '{self.name}' is busy processing another operation. "
                "Try again later.",
            )
        try:
            yield
        finally:
            self._busy.release()

    def _check(self, login: str, version: str, password: str | None) -> None:
        roles.check_login(login)
        if password is not None:
            roles.check_password(login, password)
        if version != SUPPORTED_VERSION:
            raise BackendError(
                f"server {self.name}: PostgreSQL {version} is not here, only {SUPPORTED_VERSION} is: "
                f"set the version to {SUPPORTED_VERSION}, or leave this server to a preview"
            )
        if self._record is None:
            if password is None:
                raise BackendError(f"server {self.name}: a new server needs its administrator's password")
        elif login != self._record.login:
            raise CloudRefusal(
                "PropertyChangeNotAllowed",
                f"The administrator login of server '{self.name}' is '{self._record.login}' and cannot be changed.",
            )

    def _start(self, *, again: bool = False) -> None:
        """Bring files and process to their state; a server that runs with the same files is left alone."""
        cluster = self._cluster
        cluster.initialise()
        cluster.forget_dead_server()
        self._write_certificate(cluster)
        overrides = self._record.overrides if self._record else {}
        cluster.write_configuration(
            name=self.name, port=self.port, azure={"azure.extensions": overrides.get("azure.extensions", "")}
        )
        self._write_access(cluster)
        supervisor = self._around.supervisor
        if again:
            supervisor.remove(self._process_name)
        if supervisor.get(self._process_name) is None:
            process = self._process(cluster)
            if not self.running and not process.left_running:
                self._around.ports.require_free(self._process_name)
            supervisor.add(process)
        roles.reach_maintenance(self._administration)
        self._renew_allow_lists()
        # One that an earlier daemon left running has not read the new files.
        self._reload()

    def _renew_allow_lists(self) -> None:
        if self._record is not None and self._record.allow_list < roles.ALLOW_LIST_VERSION:
            roles.reach_roles(self._administration, self._record.login)
            roles.renew_allow_lists(self._administration)
            self._record.allow_list = roles.ALLOW_LIST_VERSION
            self._save()

    def _process(self, cluster: Cluster) -> Process:
        return Process(
            self._process_name,
            [cluster.programs / "postgres", "-D", cluster.data],
            env=ENVIRONMENT,
            cwd=cluster.data,
            log_file=self.log_file,
            ready=self._administration_of(cluster).answers,
            user=cluster.places.user,
            # Fast shutdown: clients are disconnected instead of waited for.
            stop_signal=signal.SIGINT,
            grace_s=20,
        )

    def _write_certificate(self, cluster: Cluster) -> None:
        ca = self._around.ca
        certificate = ca.issue([each for each in self.host_names if ca.permits(each)], directory=self.directory / "tls")
        cluster.write("server.key", certificate.key_file.read_text())
        cluster.write("server.crt", certificate.cert_file.read_text())

    def _write_access(self, cluster: Cluster) -> None:
        overrides = self._record.overrides if self._record else {}
        operators = dict.fromkeys([getpass.getuser(), cluster.places.account.pw_name])
        cluster.write_access(
            operators=list(operators), require_tls=overrides.get("require_secure_transport", "on") == "on"
        )

    def _reload(self) -> None:
        """Make the server read its files again, and wait until it has."""
        self._write_access(self._cluster)
        with self._administration.connection() as connection:
            loaded = "SELECT pg_catalog.pg_conf_load_time()"
            before = connection.execute(loaded).fetchone()
            connection.execute("SELECT pg_catalog.pg_reload_conf()")
            _wait_until(lambda: connection.execute(loaded).fetchone() != before)

    def _require_running(self) -> None:
        if self.record.stopped:
            raise CloudRefusal("ServerIsNotReady", f"Server '{self.name}' is stopped. Start the server and try again.")
        if self._around.supervisor.get(self._process_name) is None:
            self._start()

    def _save(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.record.save(self._record_file)


def _wait_until(condition: Callable[[], bool], timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise BackendError("the PostgreSQL server did not read its configuration again")
        time.sleep(0.005)
