"""
Test runs: each worker gets a database, a bucket with a key of its own, and a namespace in the vault.

A run is recorded before anything of it is made, so that whatever ends it (a killed command, a killed daemon), what it has is removed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg

from local_cloud.daemon.control.app_variables import app_variable
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.processes.pids import start_time
from local_cloud.services.object_storage.backend.rules import Grant
from local_cloud.services.postgres.backend.clones import PREFIX, Clones, Model

_MOST_WORKERS: Final = 64


@dataclass(frozen=True)
class Run:
    """
    A run as it is recorded.

    Attributes:
        name: eight hexadecimal digits.
        pid: the command that asked for it.
        started: when that began, as the kernel counts it; another process of the same id is another one.
        databases: what it may have.
        buckets: the same; the key of each has the bucket's name.
        namespaces: what its secrets' names begin with.
    """

    name: str
    pid: int
    started: str
    databases: tuple[str, ...]
    buckets: tuple[str, ...]
    namespaces: tuple[str, ...]

    @property
    def alive(self) -> bool:
        """Whether the command still runs."""
        return start_time(self.pid) == self.started


class Runs:
    """
    The runs of a state directory; safe to use from several threads.

    Args:
        state: the state directory.
        cloud: what they get their parts of.
    """

    def __init__(self, state: Path, cloud: LocalCloud) -> None:
        self._directory = state / "test-runs"
        self._cloud = cloud
        self._lock = threading.Lock()

    def build(self, pid: int, app: str, key: str) -> Mapping[str, str | None]:
        """
        The template of a key; where there is none, a database to fill for it.

        Args:
            pid: the command that fills it.
            app: whose database it is like.
            key: lower-case letters and digits, a hash of the migrations.

        Returns:
            `template` with its name, or else `run` and `url`: the database to fill, which `keep` then makes the template.

        Raises:
            BackendError: the app has no database here.
        """
        clones, model, url = self._database(app)
        key = _key(key, model)
        if (template := clones.template(key)) is not None:
            return {"template": template, "run": None, "url": None}
        run = self._record(pid, workers=0, databases=(f"{PREFIX}building_{secrets.token_hex(4)}",))
        clones.create_empty(run.databases[0], model)
        return {"template": None, "run": run.name, "url": _in(url, run.databases[0])}

    def keep(self, name: str, app: str, key: str) -> str:
        """Make the database that was filled the template of its key; returns the template's name."""
        clones, model, _ = self._database(app)
        run = self._read(name)
        template = clones.keep_template(run.databases[0], _key(key, model))
        self._forget(run)
        return template

    def begin(self, pid: int, app: str, workers: int, template: str | None) -> tuple[str, Sequence[Mapping[str, str]]]:
        """
        Begin a run.

        Args:
            pid: the command's; when it ends, the run ends.
            app: whose settings the workers have.
            workers: how many, 1 to 64.
            template: what their databases are copies of; None for empty ones.

        Returns:
            The run's name, and for each worker the variables that differ from the app's.

        Raises:
            BackendError: a wrong number, or a part does not do its share.
        """
        if not 1 <= workers <= _MOST_WORKERS:
            raise BackendError(f"{workers} workers are asked for: ask for 1 to {_MOST_WORKERS}")
        clones, model, url = self._database(app)
        run = self._record(pid, workers=workers)
        try:
            made: list[Mapping[str, str]] = []
            for at in range(workers):
                if template is None:
                    clones.create_empty(run.databases[at], model)
                else:
                    clones.clone(template, run.databases[at], model)
                made.append(
                    {
                        "DATABASE_URL": _in(url, run.databases[at]),
                        **self._bucket(run.buckets[at]),
                        "IGNITION_TEST_NAMESPACE": run.namespaces[at],
                        "IGNITION_TEST_VAULT": self._vault_url(),
                    }
                )
        except BaseException:
            self.end(run.name)
            raise
        return run.name, made

    def end(self, name: str) -> None:
        """Remove everything that a run has; one that ended already is fine."""
        with self._lock:
            try:
                run = self._read(name)
            except FileNotFoundError:
                return
            for server in self._cloud.parts.postgres.names():
                clones = self._cloud.parts.postgres.server(server).clones
                with contextlib.suppress(
                    psycopg.OperationalError
                ):  # a server that is stopped: the next look tries again
                    for database in run.databases:
                        clones.drop(database)
            for bucket in run.buckets:
                self._cloud.parts.object_storage.remove_bucket(bucket)
                self._cloud.parts.object_storage.remove_token(bucket)
            self._purge(run.namespaces)
            self._forget(run)

    def end_left(self) -> None:
        """Remove what runs left whose command is gone."""
        for file in self._directory.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):
                if not self._read(file.stem).alive:
                    self.end(file.stem)

    def _record(self, pid: int, *, workers: int, databases: tuple[str, ...] | None = None) -> Run:
        name = secrets.token_hex(4)
        numbers = range(1, workers + 1)
        run = Run(
            name=name,
            pid=pid,
            started=start_time(pid) or "",
            databases=databases or tuple(f"{PREFIX}{name}_{at}" for at in numbers),
            buckets=tuple(f"ignition-test-{name}-{at}" for at in numbers),
            namespaces=tuple(f"test-{name}-{at}-" for at in numbers),
        )
        if not run.alive:
            raise BackendError(f"process {pid} does not run: a test run ends with the command that asked for it")
        self._directory.mkdir(exist_ok=True, mode=0o700)
        write_private(self._directory / f"{name}.json", json.dumps(asdict(run)).encode())
        return run

    def _read(self, name: str) -> Run:
        found = json.loads((self._directory / f"{Path(name).name}.json").read_bytes())
        lists = {key: tuple(found[key]) for key in ("databases", "buckets", "namespaces")}
        return Run(found["name"], found["pid"], found["started"], **lists)

    def _forget(self, run: Run) -> None:
        (self._directory / f"{run.name}.json").unlink(missing_ok=True)

    def _database(self, app: str) -> tuple[Clones, Model, str]:
        """The server's test databases, how the app's own looks, and its address."""
        url = app_variable(self._cloud, app, "DATABASE_URL")
        port = urlsplit(url).port
        postgres = self._cloud.parts.postgres
        for name in postgres.names():
            if postgres.server(name).port == port:
                return postgres.server(name).clones, Model.of(url), url
        raise BackendError(f"the database of app '{app}' is on no server of this local cloud")

    def _bucket(self, name: str) -> dict[str, str]:
        """A new bucket with a key that opens it and no other."""
        storage = self._cloud.parts.object_storage
        value = secrets.token_urlsafe(32)
        storage.put_bucket(name)
        storage.put_token(name, value, [Grant(bucket=name, write=True)])
        secret = hashlib.sha256(value.encode()).hexdigest()
        return {"STORAGE_BUCKET": name, "STORAGE_ACCESS_KEY_ID": name, "STORAGE_SECRET_ACCESS_KEY": secret}

    def _vault_url(self) -> str:
        vaults = self._cloud.parts.key_vault.vaults.list()
        return self._cloud.parts.key_vault.uri(vaults[0].name) if vaults else ""

    def _purge(self, namespaces: tuple[str, ...]) -> None:
        key_vault = self._cloud.parts.key_vault
        for vault in key_vault.vaults.list():
            for deleted in (False, True):
                for secret in key_vault.secrets.list(vault, deleted=deleted):
                    if secret.name.startswith(namespaces or ("\0",)):
                        if not deleted:
                            key_vault.secrets.delete(vault, secret.name)
                        else:
                            key_vault.secrets.purge(vault, secret.name)


def _key(key: str, model: Model) -> str:
    """The key of a template: what the migrations are, and the database that they were run in."""
    return hashlib.sha256(json.dumps([key, asdict(model) | {"login": ""}], sort_keys=True).encode()).hexdigest()[:16]


def _in(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
