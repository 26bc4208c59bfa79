"""Keeps the databases' backups up to date: takes the first base backup, and a new one when the backups exceed their size limit."""

from __future__ import annotations

import sys
import threading
from typing import Final

from local_cloud.runtime.errors import BackendError
from local_cloud.services.postgres.backend.servers import PostgresServers

_EVERY_S: Final = 20.0


class BackupKeeper:
    """
    The thread that does it.

    Args:
        servers: whose backups.
        every_s: the pause between two looks, in seconds.
    """

    def __init__(self, servers: PostgresServers, every_s: float = _EVERY_S) -> None:
        self._servers = servers
        self._every_s = every_s
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking, name="backup keeper", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, after the backup that is under way."""
        self._leaving.set()
        self._thread.join()

    def _keep_looking(self) -> None:
        while True:
            try:
                self._servers.tend_backups()
            except (BackendError, OSError) as error:  # the next look tries again
                print(f"the backups of the databases could not be looked after: {error}", file=sys.stderr)  # noqa: T201  the daemon's log
            if self._leaving.wait(self._every_s):
                return
