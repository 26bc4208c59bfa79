"""Removes what test runs left whose command was killed: when the daemon starts, and every few seconds."""

from __future__ import annotations

import sys
import threading
from typing import Final

from local_cloud.daemon.testing.runs import Runs
from local_cloud.runtime.errors import BackendError

_EVERY_S: Final = 2.0


class RunKeeper:
    """
    The thread that does it.

    Args:
        runs: which runs.
        every_s: the pause between two looks, in seconds.
    """

    def __init__(self, runs: Runs, every_s: float = _EVERY_S) -> None:
        self._runs = runs
        self._every_s = every_s
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking, name="test run keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the removal that is under way."""
        self._leaving.set()
        self._thread.join()

    def _keep_looking(self) -> None:
        while True:
            try:
                self._runs.end_left()
            except (BackendError, OSError, ValueError) as error:  # the next look tries again
                print(f"what a test run left could not be removed: {error}", file=sys.stderr)  # noqa: T201  the daemon's log
            if self._leaving.wait(self._every_s):
                return
