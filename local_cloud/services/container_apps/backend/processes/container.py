"""
One container's process: started, probed, restarted with growing pauses.

Which process it is comes from `launch`; what its readiness means for traffic is `revision`'s and the ingress's.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Final, Literal

from local_cloud.runtime.processes import log_files
from local_cloud.runtime.processes.process import Process, ProcessFailed
from local_cloud.runtime.processes.supervisor import BackOff
from local_cloud.services.container_apps.backend.errors import quoted
from local_cloud.services.container_apps.backend.processes import probing
from local_cloud.services.container_apps.backend.processes.launch import Plan
from local_cloud.services.container_apps.backend.spec import Probe

State = Literal["waiting", "starting", "running", "restarting", "stopped"]

# Azure waits a probe's whole period before it asks again. A container that is only just coming up is asked more often here;
# it has as long as there to succeed.
_EAGER_S: Final = 0.05
_EAGER_MOST_S: Final = 1.0
_LOG_CHECK_S: Final = 15.0


class RunningContainer:
    """
    The process of a container for as long as its replica lives.

    Args:
        plan: what to run.
        changed: called after every change of state or readiness, from the container's own thread.
        report: told what happened, in a sentence.
        back_off: pauses between restarts.
    """

    def __init__(
        self, plan: Plan, *, changed: Callable[[], None], report: Callable[[str], None], back_off: BackOff
    ) -> None:
        self.plan = plan
        self.process = make_process(plan)
        self.state: State = "waiting"
        self.ready = False
        self.restarts = 0
        self.failures = 0
        self.last_failure: str | None = None
        self._up_since: float | None = None
        self._changed = changed
        self._report = report
        self._back_off = back_off
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"container {plan.name}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the process and wait for it."""
        self._leave.set()
        self.ready = False
        self.process.stop()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self.process.stop()  # the thread was in the middle of a restart
        clean_up(self.plan)
        self.state = "stopped"

    def detach(self) -> None:
        """Leave the process to the next daemon."""
        self._leave.set()

    def _run(self) -> None:
        while not self._leave.is_set():
            self._up_since = None
            self._enter("starting")
            why = self._live()
            if why is None or self._leave.is_set():
                return
            # The time that it took to come up, or not to, is none of health.
            healthy = self._up_since is not None and time.monotonic() - self._up_since > self._back_off.healthy_s
            self.failures = 1 if healthy else self.failures + 1
            self.last_failure = why
            self._enter("restarting")
            self._report(f"{self.plan.name} {why.partition(chr(10))[0]}")
            if self._leave.wait(self._back_off.pause_s(self.failures)):
                return
            self.restarts += 1

    def _live(self) -> str | None:
        """One life of the process: why it ended, or None when it was asked to."""
        clean_up(self.plan, unless=self.process)
        try:
            self.process.start()
        except ProcessFailed as failed:
            return None if self._leave.is_set() else _told(failed)
        why = self._start_up() or self._watch()
        if why is None or self._leave.is_set():
            return None
        if self.process.alive:
            self.ready = False
            self._changed()
            self.process.stop()
            why = (
                f"{why}\n  command: {shlex.join(self.plan.argv)}\n  log: {self.plan.log_file}\n"
                f"  last lines:\n{quoted(log_files.last_lines(self.plan.log_file))}"
            )
        return why

    def _start_up(self) -> str | None:
        probe = self._probe("Startup")
        if probe is None:
            return None
        deadline = time.monotonic() + probe.initial_delay_s + probe.period_s * probe.failure_threshold
        pause_s, last = _EAGER_S, ""
        while not self._leave.is_set():
            why = probing.ask(probe, self.plan.ports)
            if why is None:
                return None
            last = why
            if time.monotonic() >= deadline:
                told = f" (it is told its port in {self.plan.port_variable})" if self.plan.port_variable else ""
                return f"failed its startup probe: {last}{told}"
            if self.process.wait(pause_s):
                return _told(self.process.failure())
            pause_s = min(pause_s * 1.3, _EAGER_MOST_S, probe.period_s)
        return None

    def _watch(self) -> str | None:
        """Ask liveness and readiness until the process ends, fails, or is left alone."""
        liveness, readiness = self._probe("Liveness"), self._probe("Readiness")
        now = self._up_since = time.monotonic()
        due = {
            "Liveness": now + max(liveness.initial_delay_s, liveness.period_s) if liveness else float("inf"),
            "Readiness": now if readiness else float("inf"),
        }
        alive_misses, counts, pause_s = 0, _Counts(), _EAGER_S
        self._enter("running", ready=readiness is None)
        while not self._leave.is_set():
            wait_s = min(*due.values(), time.monotonic() + _LOG_CHECK_S) - time.monotonic()
            if self.process.wait(max(wait_s, 0)):
                return _told(self.process.failure())
            log_files.rotate(self.plan.log_file)
            now = time.monotonic()
            if liveness is not None and now >= due["Liveness"]:
                due["Liveness"] = now + liveness.period_s
                why = probing.ask(liveness, self.plan.ports)
                alive_misses = alive_misses + 1 if why else 0
                if why and alive_misses >= liveness.failure_threshold:
                    return f"failed its liveness probe: {why}"
            if readiness is not None and now >= due["Readiness"]:
                why = probing.ask(readiness, self.plan.ports)
                self._judge(readiness, why, counts)
                pause_s = readiness.period_s if self.ready else min(pause_s * 1.3, _EAGER_MOST_S, readiness.period_s)
                due["Readiness"] = time.monotonic() + pause_s
        return None

    def _judge(self, probe: Probe, why: str | None, counts: _Counts) -> None:
        counts.hits, counts.misses = (counts.hits + 1, 0) if why is None else (0, counts.misses + 1)
        if not self.ready and counts.hits >= probe.success_threshold and not self._leave.is_set():
            self.ready = True
            self._changed()
        elif self.ready and counts.misses >= probe.failure_threshold:
            self.ready = False
            self._report(f"{self.plan.name} is not ready: {why}")
            self._changed()
        if why is not None and not self.ready:
            self.last_failure = f"is not ready: {why}"

    def _probe(self, kind: str) -> Probe | None:
        return next((probe for probe in self.plan.probes if probe.type == kind), None)

    def _enter(self, state: State, *, ready: bool = False) -> None:
        self.state, self.ready = state, ready and not self._leave.is_set()
        self._changed()


class _Counts:
    hits = 0
    misses = 0


def make_process(plan: Plan) -> Process:
    """The process of a plan; it counts as started once it runs, because probes say the rest."""
    return Process(
        plan.name,
        plan.argv,
        env=plan.env,
        cwd=plan.cwd,
        log_file=plan.log_file,
        pid_file=plan.pid_file,
        ready=lambda: True,
        grace_s=plan.grace_s,
    )


def clean_up(plan: Plan, *, unless: Process | None = None) -> None:
    """Remove what an unclean end of a container engine's client leaves; not when its process is still there."""
    if plan.cleanup and not (unless is not None and unless.left_running):
        with contextlib.suppress(OSError):
            subprocess.run(plan.cleanup, env=dict(plan.env), capture_output=True, check=False)


def _told(failed: ProcessFailed) -> str:
    """A failure without the name in front, which is shown beside it."""
    return str(failed).removeprefix(f"{failed.name} ")
