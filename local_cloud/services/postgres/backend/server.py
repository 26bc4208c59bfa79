"""One server: brought to its declared state, however far an earlier try got."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.postgres.backend import roles
from local_cloud.services.postgres.backend.administration import Administration
from local_cloud.services.postgres.backend.backups import Backups, archive_everything
from local_cloud.services.postgres.backend.clones import Clones
from local_cloud.services.postgres.backend.cluster import Cluster
from local_cloud.services.postgres.backend.configurations import Configuration, Configurations
from local_cloud.services.postgres.backend.databases import Database, Databases
from local_cloud.services.postgres.backend.declaration import check_declaration
from local_cloud.services.postgres.backend.record import Record
from local_cloud.services.postgres.backend.serving import ServerContext, Serving

_RECOVERY_S = 3600.0
"""How long a restored server may take to reach its moment."""


class PostgresServer:
    """
    One server.

    Every method brings about a state and may be called again; those that change something are refused with
    `ServerIsBusy` while another one is at work, as on Azure.
    """

    def __init__(self, name: str, context: ServerContext) -> None:
        self.name = name
        self._serving = Serving(name, context)
        self.port = self._serving.port
        self.directory = self._serving.directory
        self._context = context
        self._record_file = self.directory / "server.json"
        self._record = Record.load(self._record_file)
        self._busy = threading.Lock()
        self._tending = threading.Lock()

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
        return self._serving.running

    @property
    def log_file(self) -> Path:
        """Its log."""
        return self._serving.log_file

    @property
    def host_names(self) -> tuple[str, ...]:
        """Names its certificate is for."""
        return self._serving.host_names

    def apply(self, *, login: str, version: str, password: str | None) -> None:
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
            check_declaration(self.name, self._record, login=login, version=version, password=password)
            self._start()
            roles.apply_roles(self._administration, login)
            if password is not None:
                roles.set_password(self._administration, login, password)
            self._record = self._record or Record(version, login, allow_list=roles.ALLOW_LIST_VERSION)
            self._record.stopped = False
            self._save()
        self.tend_backups()

    def restore(self, source: PostgresServer, moment: dt.datetime, *, login: str, password: str | None) -> None:
        """
        Create the server from another one's backups, with what was in it at a moment.

        Args:
            source: the other server.
            moment: not in the future.
            login: the administrator's, which must be the source's.
            password: the administrator's from now on; None leaves it as it was at that moment.

        Raises:
            CloudRefusal: the source is not there, another administrator, a moment that no backup reaches.
        """
        with self._operation():
            kept = source.record_for_restore(moment)
            if login != kept.login:
                raise CloudRefusal(
                    "InvalidParameterValue",
                    f"The administrator login of a restored server is its source's, '{kept.login}', not '{login}'.",
                )
            self._serving.stop()
            cluster = self._cluster
            source.backups.extract(moment, cluster, source=source.name)
            cluster.write(".complete", "")
            self._serving.start(
                cluster,
                {**_azure_settings(kept), **source.backups.recovery(moment)},
                kept.overrides,
                timeout_s=_RECOVERY_S,
            )
            self._record = replace(kept, overrides=dict(kept.overrides), databases=dict(kept.databases), stopped=False)
            self._start(again=True)
            if password is not None:
                roles.set_password(self._administration, login, password)
            self._save()

    def record_for_restore(self, moment: dt.datetime) -> Record:
        """
        The record, once the backups hold everything up to a moment.

        Raises:
            CloudRefusal: the server is not there, or the moment lies in the future.
        """
        if self._record is None:
            raise CloudRefusal("ResourceNotFound", f"The source server '{self.name}' does not exist.")
        if moment > dt.datetime.now(dt.UTC):
            raise CloudRefusal(
                "InvalidParameterValue",
                f"The point in time {moment.isoformat()} lies in the future: restore to one that is over.",
            )
        if self._context.backups_mb and self.running:
            archive_everything(self._administration)
        return self._record

    @property
    def backups(self) -> Backups:
        """Its backups, off unless the local cloud keeps any."""
        if not self._context.backups_mb and not (self.directory / "backups").exists():
            return Backups(self.directory / "backups", 0)
        directory = self._context.places.data_directory(self.directory / "backups")
        return Backups(directory, self._context.backups_mb)

    def tend_backups(self) -> None:
        """Take a base backup where there is none, or where the backups have outgrown their size."""
        backups = self.backups
        if not backups.limit_mb or not self.exists or not self.running:
            return
        with self._tending:
            if not backups.all() or backups.size_mb > backups.limit_mb:
                backups.take(self._cluster, self.port)

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
            self._serving.stop()
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
        """Create a database owned by the administrators' role; an existing one is left as it is."""
        with self._operation():
            self._require_running()
            return self._databases.create(name, charset=charset, collation=collation)

    def delete_database(self, name: str) -> None:
        """Drop a database with everything in it; a missing one is not an error."""
        with self._operation():
            self._require_running()
            self._databases.delete(name)

    def database(self, name: str) -> Database | None:
        """The database as it is on the server, or None."""
        return next((found for found in self.databases() if found.name == name), None)

    def databases(self) -> Sequence[Database]:
        """All databases on the server, except templates and the operator's own."""
        try:
            return self._databases.all()
        except psycopg.OperationalError as error:
            raise BackendError(
                f"the PostgreSQL server {self.name} does not answer ({str(error).splitlines()[0]}). It may be restarting: "
                f"try again; its log is {self.log_file}"
            ) from None

    @property
    def clones(self) -> Clones:
        """Its test databases."""
        return Clones(self._administration)

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
        """Delete it with all its data; a missing one is not an error."""
        with self._tending, self._operation():
            self._serving.stop()
            self._context.places.remove_data_directory(self.directory / "data")
            self._context.places.remove_data_directory(self.directory / "backups")
            shutil.rmtree(self.directory, ignore_errors=True)
            self._context.ports.forget(f"postgres {self.name}")
            self._record = None

    @property
    def _databases(self) -> Databases:
        return Databases(record=self.record, save=self._save, administration=self._administration)

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

    def _start(self, *, again: bool = False) -> None:
        """Bring files and process to their state; a server that runs with the same files is left alone."""
        cluster = self._cluster
        cluster.initialise()
        if again:
            self._serving.stop()
        self.backups.prepare(cluster)
        self._serving.start(cluster, {**_azure_settings(self._record), **self.backups.settings}, self._overrides)
        roles.apply_maintenance(self._administration)
        self._renew_allow_lists()
        # One that an earlier daemon left running has not read the new files.
        self._reload()

    @property
    def _overrides(self) -> dict[str, str]:
        return self._record.overrides if self._record else {}

    @property
    def _cluster(self) -> Cluster:
        return self._serving.cluster

    @property
    def _administration(self) -> Administration:
        return self._serving.administration

    def _reload(self) -> None:
        self._serving.reload(self._overrides)

    def _renew_allow_lists(self) -> None:
        if self._record is not None and self._record.allow_list < roles.ALLOW_LIST_VERSION:
            roles.apply_roles(self._administration, self._record.login)
            roles.renew_allow_lists(self._administration)
            self._record.allow_list = roles.ALLOW_LIST_VERSION
            self._save()

    def _require_running(self) -> None:
        if self.record.stopped:
            raise CloudRefusal("ServerIsNotReady", f"Server '{self.name}' is stopped. Start the server and try again.")
        if not self._serving.supervised:
            self._start()

    def _save(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.record.save(self._record_file)


def _azure_settings(record: Record | None) -> dict[str, str]:
    return {"azure.extensions": record.overrides.get("azure.extensions", "") if record else ""}
