"""
One replica: its init containers in order, then its containers side by side.

How many there are is `revision`'s.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from local_cloud.runtime.processes.process import Process, ProcessFailed
from local_cloud.runtime.processes.supervisor import BackOff
from local_cloud.services.container_apps.backend.processes.container import RunningContainer, clean_up, make_process
from local_cloud.services.container_apps.backend.processes.launch import ListenAddress, Plan

ReplicaState = Literal["initializing", "starting", "running", "restarting", "stopped"]


@dataclass(frozen=True)
class ReplicaStatus:
    """
    One replica, as `status` shows it.

    Attributes:
        failures: failed starts in a row, init containers included.
        port: where its first container listens; None for one without ports.
        listen: the variables that tell its containers the address to listen on.
        log_files: by container, init containers included.
    """

    name: str
    state: ReplicaState
    ready: bool
    restarts: int
    failures: int
    port: int | None
    pids: tuple[int, ...]
    listen: tuple[ListenAddress, ...]
    log_files: dict[str, Path]
    last_failure: str | None


class Replica:
    """
    A running replica.

    Args:
        name: unique in its app.
        init: containers that run to their end first, one after the other.
        plans: containers that then run together; traffic goes to the first.
        changed: called after every change of readiness.
        report: told what happened, in a sentence.
        back_off: pauses between restarts.
    """

    def __init__(
        self,
        name: str,
        init: Sequence[Plan],
        plans: Sequence[Plan],
        *,
        changed: Callable[[], None],
        report: Callable[[str], None],
        back_off: BackOff,
    ) -> None:
        self.name = name
        self.leaving = False
        self._init: Final = tuple(init)
        self._plans: Final = tuple(plans)
        self._changed = changed
        self._report = report
        self._back_off = back_off
        self._containers = [
            RunningContainer(plan, changed=changed, report=report, back_off=back_off) for plan in self._plans
        ]
        self._initializing: Process | None = None
        self._initialized = False
        self._init_failures = 0
        self._init_failure: str | None = None
        self._leave = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._begin, name=f"replica {name}", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether it takes traffic."""
        return not self.leaving and bool(self._containers) and all(each.ready for each in self._containers)

    @property
    def port(self) -> int | None:
        """Where its first container listens."""
        return next(iter(self._plans[0].ports.values()), None)

    @property
    def left_running(self) -> bool:
        """Whether an earlier daemon left one of its containers running."""
        return any(each.process.left_running for each in self._containers)

    @property
    def failures(self) -> int:
        """Failed starts in a row, of the worst container."""
        return max([self._init_failures, *(each.failures for each in self._containers)])

    @property
    def last_failure(self) -> tuple[str, Path] | None:
        """What went wrong last, with the log of the container that it happened to."""
        for each in self._containers:
            if each.last_failure is not None:
                return f"container {each.plan.container} {each.last_failure}", each.plan.log_file
        return (self._init_failure, self._init[0].log_file) if self._init_failure is not None else None

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End everything gracefully and wait for it."""
        self._leave.set()
        with self._lock:
            initializing = self._initializing
        if initializing is not None:
            initializing.stop()
        if self._thread.is_alive():
            self._thread.join()
        if initializing is not None:
            initializing.stop()
        stopping = [threading.Thread(target=each.stop, daemon=True) for each in self._containers]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def detach(self) -> None:
        """Leave everything to the next daemon."""
        self._leave.set()
        for each in self._containers:
            each.detach()

    def status(self) -> ReplicaStatus:
        """How it is."""
        failure = self.last_failure
        return ReplicaStatus(
            name=self.name,
            state=self._state(),
            ready=self.ready,
            restarts=sum(each.restarts for each in self._containers),
            failures=self.failures,
            port=self.port,
            pids=tuple(each.process.pid for each in self._containers if each.process.alive and each.process.pid),
            listen=tuple(plan.listen for plan in self._plans if plan.listen is not None),
            log_files={plan.container: plan.log_file for plan in (*self._init, *self._plans)},
            last_failure=failure[0] if failure is not None else None,
        )

    def _state(self) -> ReplicaState:
        if self._leave.is_set():
            return "stopped"
        if not self._initialized:
            return "initializing" if self._init else "starting"
        states = {each.state for each in self._containers}
        if "restarting" in states:
            return "restarting"
        return "running" if states == {"running"} else "starting"

    def _begin(self) -> None:
        # Containers that outlived a daemon were initialized by it.
        if not self.left_running and not all(self._run_to_end(plan) for plan in self._init):
            return
        self._init_failures, self._init_failure = 0, None
        self._initialized = True
        for each in self._containers:
            if not self._leave.is_set():
                each.start()

    def _run_to_end(self, plan: Plan) -> bool:
        """Run an init container until it succeeds. False: the replica is stopped."""
        while not self._leave.is_set():
            process = make_process(plan)
            with self._lock:
                self._initializing = process
            why = run_once(plan, process)
            if self._leave.is_set():
                return False
            if why is None:
                return True
            self._init_failures += 1
            self._init_failure = f"init container {plan.container} {why}"
            self._report(f"{plan.name} {why.partition(chr(10))[0]}")
            self._changed()
            self._leave.wait(self._back_off.pause_s(self._init_failures))
        return False


def run_once(plan: Plan, process: Process, *, timeout_s: float | None = None) -> str | None:
    """Run a container to its end. Returns why it failed; None when it succeeded."""
    clean_up(plan)
    try:
        process.start()
    except ProcessFailed as failed:
        return None if failed.exit_code == 0 else str(failed).removeprefix(f"{failed.name} ")
    if not process.wait(timeout_s):
        process.stop()
        clean_up(plan)
        return f"did not end within {timeout_s:g} s and was ended"
    return None if process.exit_code == 0 else str(process.failure()).removeprefix(f"{process.name} ")
