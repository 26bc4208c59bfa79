"""
Keeps processes running: restarts those that exit, with growing pauses, and reports it.

What a process is and when it is ready is `process`'s. Probes of apps, which restart a process that still
runs, are the container platform's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from local_cloud.runtime.processes import log_files
from local_cloud.runtime.processes.process import Process, ProcessFailed

_LOG_CHECK_S = 15.0

State = Literal["running", "restarting", "stopped"]


@dataclass(frozen=True, kw_only=True)
class BackOff:
    """Pauses between restarts: doubling from `first_s` to `most_s`, forgotten after `healthy_s` of health."""

    first_s: float = 0.2
    most_s: float = 30
    healthy_s: float = 60

    def pause_s(self, failures: int) -> float:
        """How long to wait before the restart after so many failures in a row (1 is the first)."""
        return min(self.first_s * 2 ** min(failures - 1, 30), self.most_s)


@dataclass(frozen=True)
class Status:
    """One supervised process, as `status` shows it."""

    name: str
    pid: int | None
    state: State
    restarts: int
    last_failure: str | None


@dataclass
class _Watched:
    process: Process
    leave: threading.Event = field(default_factory=threading.Event)
    state: State = "running"
    restarts: int = 0
    last_failure: str | None = None
    thread: threading.Thread | None = None


class Supervisor:
    """
    Processes by name; safe to use from several threads.

    Args:
        on_failure: told of every unexpected exit and every failed restart, from the watching thread.
        back_off: pauses between restarts.
    """

    def __init__(
        self, *, on_failure: Callable[[ProcessFailed], None] | None = None, back_off: BackOff | None = None
    ) -> None:
        self._on_failure = on_failure
        self._back_off = back_off or BackOff()
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.Lock()

    def add(self, process: Process) -> None:
        """
        Start a process, wait until it is ready and keep it running from then on.

        A process of the same name is stopped first.

        Raises:
            ProcessFailed: the first start failed; it is not supervised then.
        """
        self.remove(process.name)
        process.start()
        watched = _Watched(process)
        watched.thread = threading.Thread(
            target=self._watch, args=(watched,), name=f"supervise {process.name}", daemon=True
        )
        with self._lock:
            self._watched[process.name] = watched
        watched.thread.start()

    def remove(self, name: str) -> None:
        """Stop a process and forget it; an unknown name is fine."""
        with self._lock:
            watched = self._watched.pop(name, None)
        if watched is not None:
            self._release(watched, stop=True)

    def restart(self, name: str) -> None:
        """Stop and start a process now, without counting it as a failure."""
        with self._lock:
            watched = self._watched[name]
        self.remove(name)
        self.add(watched.process)

    def stop_all(self) -> None:
        """Stop every process, last added first, because later ones need earlier ones."""
        for name in reversed(self.names()):
            self.remove(name)

    def detach_all(self) -> None:
        """Forget every process and leave it running, for the next daemon to adopt."""
        for name in self.names():
            with self._lock:
                watched = self._watched.pop(name, None)
            if watched is not None:
                self._release(watched, stop=False)

    def names(self) -> list[str]:
        """Names of the supervised processes in the order they were added."""
        with self._lock:
            return list(self._watched)

    def get(self, name: str) -> Process | None:
        """A supervised process by name."""
        with self._lock:
            watched = self._watched.get(name)
        return watched.process if watched else None

    def status(self) -> list[Status]:
        """Every supervised process in the order they were added."""
        with self._lock:
            return [
                Status(name, watched.process.pid, watched.state, watched.restarts, watched.last_failure)
                for name, watched in self._watched.items()
            ]

    def _release(self, watched: _Watched, *, stop: bool) -> None:
        watched.leave.set()
        watched.state = "stopped"
        if not stop:
            return  # its thread ends by itself, without touching the process
        watched.process.stop()
        if watched.thread is not None and watched.thread is not threading.current_thread():
            watched.thread.join()
        if watched.process.alive:
            watched.process.stop()  # the watcher was in the middle of a restart

    def _watch(self, watched: _Watched) -> None:
        process = watched.process
        failures = 0
        started = time.monotonic()
        while not watched.leave.is_set():
            if not process.wait(_LOG_CHECK_S):
                log_files.rotate(process.log_file)
                continue
            if watched.leave.is_set():
                return
            failures = 1 if time.monotonic() - started > self._back_off.healthy_s else failures + 1
            watched.state = "restarting"
            self._report(watched, process.failure())
            while not watched.leave.wait(self._back_off.pause_s(failures)):
                watched.restarts += 1
                started = time.monotonic()
                try:
                    process.start()
                except ProcessFailed as failed:
                    if watched.leave.is_set():
                        return
                    failures += 1
                    self._report(watched, failed)
                else:
                    watched.state = "running"
                    break

    def _report(self, watched: _Watched, failed: ProcessFailed) -> None:
        watched.last_failure = str(failed)
        if self._on_failure is not None:
            self._on_failure(failed)
