"""Waits until new replicas are ready, or until it is clear that they will not be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from local_cloud.runtime.processes import log_files
from local_cloud.services.container_apps.backend.errors import Otherwise, RevisionFailed, quoted
from local_cloud.services.container_apps.backend.processes.replica import Replica
from local_cloud.services.container_apps.backend.revision import RunningRevision

_LOOK_S: Final = 0.5


class Readiness:
    """
    The readiness of an app's replicas, to be waited for.

    Args:
        app: its name.
        attempts: failed starts in a row after which a replica is given up.
        timeout_s: how long new replicas may take.
    """

    def __init__(self, app: str, *, attempts: int, timeout_s: float) -> None:
        self._app = app
        self._attempts = attempts
        self._timeout_s = timeout_s
        self._moved = threading.Condition()
        self._ending = False

    def move(self) -> None:
        """Wakes the waiting threads: something changed."""
        with self._moved:
            self._moved.notify_all()

    def give_up(self) -> None:
        """Stop all waiting, now and in future, because the platform or the app stops."""
        self._ending = True
        self.move()

    def wait(self, revision: str, made: Sequence[Replica], done: Callable[[], bool], otherwise: Otherwise) -> None:
        """
        Wait until it is done.

        Args:
            revision: whose replicas they are.
            made: the new replicas.
            done: what is waited for.
            otherwise: what follows when they fail.

        Raises:
            RevisionFailed: one failed too often, or time is up.
        """
        deadline = time.monotonic() + self._timeout_s
        with self._moved:
            while not done():
                worst = max(made, key=lambda each: each.failures)
                if worst.failures >= self._attempts:
                    why = _why(worst, f"failed {worst.failures} times")
                elif time.monotonic() >= deadline:
                    late = next((each for each in made if not each.ready), worst)
                    why = _why(late, f"was not ready within {self._timeout_s:g} s")
                elif self._ending:
                    why = "it was stopped before it was ready"
                else:
                    self._moved.wait(_LOOK_S)
                    continue
                raise RevisionFailed(self._app, revision, why, otherwise)


def _why(replica: Replica, what: str) -> str:
    failure = replica.last_failure
    if failure is None:
        log_file = next(iter(replica.status().log_files.values()))
        return f"replica {replica.name} {what}\n  log: {log_file}\n{quoted(log_files.last_lines(log_file))}"
    why, log_file = failure
    if "last lines:" not in why:
        why += f"\n  log: {log_file}\n  last lines:\n{quoted(log_files.last_lines(log_file))}"
    return f"replica {replica.name} {what}: {why}"


def stop_all(replicas: Iterable[Replica]) -> None:
    """End replicas side by side, each with its grace period."""
    ending = [threading.Thread(target=replica.stop, daemon=True) for replica in replicas]
    for thread in ending:
        thread.start()
    for thread in ending:
        thread.join()


def serving_beside(name: str, running: Mapping[str, RunningRevision], stood_down: Sequence[str]) -> str | None:
    """
    What serves when new replicas of a revision fail.

    Args:
        name: the revision.
        running: the active revisions by name.
        stood_down: revisions that stopped to free their ports, and start again after a failure.
    """
    if name in running or name in stood_down:
        return "What ran before them keeps serving"
    before = next((other for other in (*running, *stood_down) if other != name), None)
    if before is not None and before in running and not running[before].ready:
        return f"{before} is what there was before, and is not ready either"
    return f"{before} keeps serving" if before is not None else None
