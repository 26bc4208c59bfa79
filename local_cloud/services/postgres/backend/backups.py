"""
A server's backups, PostgreSQL's own: a base backup, and every segment of the write-ahead log since then.

Off unless a size is given. They hold all data and the verifiers of every password, so they belong to the account that runs the server
and nobody else can read them. When they outgrow their size a new base backup takes the place of everything before it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.postgres.backend.administration import SUPERUSER, Administration
from local_cloud.services.postgres.backend.cluster import ENVIRONMENT, Cluster

_MIB: Final = 1 << 20
_TAKEN: Final = "%Y%m%dT%H%M%S.%fZ"
_ARCHIVE: Final = "base.tar.gz"


@dataclass(frozen=True)
class BaseBackup:
    """
    One base backup.

    Attributes:
        directory: where it is.
        taken: when it was complete; nothing before that can be restored from it.
    """

    directory: Path
    taken: dt.datetime


@dataclass(frozen=True)
class Backups:
    """
    The backups of one server.

    Attributes:
        directory: belongs to the account that runs the server; mode 700.
        limit_mb: how large they may grow; 0 is off.
    """

    directory: Path
    limit_mb: int

    @property
    def _log(self) -> Path:
        return self.directory / "log"

    @property
    def settings(self) -> dict[str, str]:
        """What PostgreSQL is told about them: nothing is archived where they are off."""
        if not self.limit_mb:
            return {"archive_mode": "off"}
        # Shell and gzip are on every system; a segment appears under its name when it is whole.
        target = f"{self._log}/%f.gz"
        return {
            "archive_mode": "on",
            "archive_command": f'umask 077; gzip -c "%p" > "{target}.new" && mv "{target}.new" "{target}"',
        }

    def recovery(self, moment: dt.datetime) -> dict[str, str]:
        """What a server is told that recovers from them up to a moment and then goes on by itself."""
        return {
            "restore_command": f'gzip -dc "{self._log}/%f.gz" > "%p"',
            "recovery_target_time": moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00"),
            "recovery_target_inclusive": "on",
            "recovery_target_action": "promote",
            # Nobody is answered before the moment is reached.
            "hot_standby": "off",
            "archive_mode": "off",
        }

    def prepare(self, cluster: Cluster) -> None:
        """Make the directory of the log, which must be there before the server starts."""
        if self.limit_mb:
            cluster.run(_program("mkdir"), "-p", str(self._log))

    def all(self) -> list[BaseBackup]:
        """The base backups that are complete, the oldest first."""
        found: list[BaseBackup] = []
        for directory in sorted(self.directory.glob("base-*")):
            with contextlib.suppress(ValueError):
                taken = dt.datetime.strptime(directory.name, f"base-{_TAKEN}").replace(tzinfo=dt.UTC)
                found.append(BaseBackup(directory, taken))
        return found

    def take(self, cluster: Cluster, port: int) -> None:
        """Take a base backup, and remove what is older than it."""
        scratch = self.directory / "new-base"
        shutil.rmtree(scratch, ignore_errors=True)
        cluster.run(
            "pg_basebackup",
            f"--host={cluster.sockets}",
            f"--port={port}",
            f"--username={SUPERUSER}",
            "--no-password",
            f"--pgdata={scratch}",
            "--format=tar",
            "--gzip",
            "--wal-method=none",  # it is in the log
            "--checkpoint=fast",
            "--no-manifest",
        )
        before = self.all()
        scratch.rename(self.directory / f"base-{dt.datetime.now(dt.UTC).strftime(_TAKEN)}")
        for each in before:
            shutil.rmtree(each.directory, ignore_errors=True)
        self._remove_old_log(cluster)

    def _remove_old_log(self, cluster: Cluster) -> None:
        """Segments before the base backup's own, which its label names, are of no use any more."""
        (latest,) = self.all()[-1:]
        first = _first_segment(latest.directory / _ARCHIVE, cluster)
        for segment in self._log.glob("*.gz"):
            # Files of a timeline's history are small and kept; a backup's own marker goes with its segment.
            if not segment.name.endswith(".history.gz") and segment.name[:24][8:] < first[8:]:
                segment.unlink(missing_ok=True)

    @property
    def size_mb(self) -> float:
        """How much room they take."""
        total = 0
        for file in self.directory.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                total += file.lstat().st_size
        return total / _MIB

    def extract(self, moment: dt.datetime, cluster: Cluster, *, source: str) -> None:
        """
        Put the newest base backup before a moment into an empty cluster.

        Args:
            moment: what is to be restored.
            cluster: the new server's files.
            source: the name of the server that the backups are of.

        Raises:
            CloudRefusal: no backup reaches back that far.
        """
        fitting = [each for each in self.all() if each.taken <= moment]
        if not fitting:
            earliest = self.all()[:1]
            since = (
                f"the earliest point is {earliest[0].taken.isoformat(timespec='seconds')}"
                if earliest
                else "there is no backup: they are off unless `local:database_backups_mb` was set before"
            )
            raise CloudRefusal(
                "PointInTimeRestoreNotAvailable",
                f"Server '{source}' cannot be restored to {moment.isoformat()}: {since}.",
            )
        cluster.clear()
        unpack = [_program("tar"), "--extract", "--gzip", "--file", str(fitting[-1].directory / _ARCHIVE)]
        cluster.run(*unpack, "--directory", str(cluster.data), "--exclude=./.complete", "--exclude=.complete")
        cluster.write("recovery.signal", "")


def archive_everything(administration: Administration, timeout_s: float = 60) -> None:
    """
    Bring the log up to this moment into the archive.

    Recovery stops at the first commit after the moment that is asked for, so there has to be one.

    Raises:
        BackendError: the server does not archive.
    """
    with administration.connection() as connection:
        connection.execute("SELECT pg_catalog.pg_current_xact_id()")
        last = connection.execute("SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal())").fetchone()
        archived = "SELECT last_archived_wal >= %s FROM pg_catalog.pg_stat_archiver"
        deadline = time.monotonic() + timeout_s
        while connection.execute(archived, last).fetchone() != (True,):
            if time.monotonic() > deadline:
                raise BackendError("the PostgreSQL server does not archive its write-ahead log; its own log says why")
            time.sleep(0.05)


def _first_segment(archive: Path, cluster: Cluster) -> str:
    """The first segment of the log that a base backup needs."""
    text = cluster.run(_program("tar"), "--extract", "--gzip", "--to-stdout", "--file", str(archive), "backup_label")
    found = text.partition("(file ")[2].partition(")")[0]
    if not found:
        raise BackendError(f"{archive} is damaged: its backup_label names no segment of the write-ahead log")
    return found


def _program(name: str) -> str:
    found = shutil.which(name, path=ENVIRONMENT["PATH"])
    if found is None:
        raise BackendError(f"there is no `{name}` in {ENVIRONMENT['PATH']}; install it, or leave the backups off")
    return found
