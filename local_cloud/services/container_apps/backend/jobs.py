"""
Jobs: containers that run to their end, when they are started, with every execution's outcome and logs kept.

Schedules and events are not played: an execution begins when somebody asks for it.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from local_cloud.runtime.errors import BackendError, CloudRefusal, NotWritten
from local_cloud.runtime.processes.process import Process
from local_cloud.services.container_apps.backend.processes.app_context import AppContext
from local_cloud.services.container_apps.backend.processes.container import make_process
from local_cloud.services.container_apps.backend.processes.launch import Workload
from local_cloud.services.container_apps.backend.processes.replica import run_once
from local_cloud.services.container_apps.backend.secrets import check_references, resolved
from local_cloud.services.container_apps.backend.spec import Container, JobSpec
from local_cloud.services.container_apps.backend.state import Sealed

ExecutionState = Literal["Running", "Succeeded", "Failed", "Stopped"]
_EXECUTIONS_KEPT: Final = 20


@dataclass(frozen=True, kw_only=True)
class Execution:
    """
    One run of a job.

    Attributes:
        started: seconds since 1970.
        reason: why it failed.
        log_files: by replica and container, init containers included.
        exit_codes: of the containers that have ended, each by what its log file is kept by; 128 and more: ended by a signal.
    """

    name: str
    state: ExecutionState
    started: float
    ended: float | None = None
    reason: str | None = None
    log_files: dict[str, Path] = field(default_factory=dict[str, Path])
    exit_codes: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """A job and its executions, oldest first."""

    spec: JobSpec
    executions: tuple[Execution, ...] = ()


class Job:
    """
    A job; safe to use from several threads.

    Args:
        record: what is kept of it.
        context: what it shares with the platform's apps.
        records: where it is kept.
    """

    def __init__(self, record: JobRecord, context: AppContext, records: Sealed[JobRecord]) -> None:
        self.record = record
        self._context = context
        self._launcher = context.launcher
        self._records = records
        self._events = context.events
        self._lock = threading.Condition()
        self._running: dict[str, set[Process]] = {}
        self._stopped: set[str] = set()

    def put(self, spec: JobSpec) -> None:
        """
        Declare it.

        Raises:
            CloudRefusal: a secret cannot be read, or is not there.
        """
        check_references((*spec.init_containers, *spec.containers), spec.secrets)
        resolved(spec.secrets, self._context.resolve_secret)
        with self._lock:
            self.record = replace(self.record, spec=spec)
            self._keep()

    def start(self) -> str:
        """
        Begin an execution; returns its name at once.

        Raises:
            CloudRefusal: a secret cannot be read.
            BackendError: nothing runs in the place of its image.
        """
        spec = self.record.spec
        name = f"{spec.name}-{secrets.token_hex(4)[:7]}"
        values = resolved(spec.secrets, self._context.resolve_secret)
        workloads = [
            self._workload(spec, name, number, values) for number in range(max(spec.parallelism, spec.completions))
        ]
        containers = (*spec.init_containers, *spec.containers)
        plans = [
            (workload, self._launcher.plan(workload, each, first=False))
            for workload in workloads
            for each in containers
        ]
        execution = Execution(
            name=name,
            state="Running",
            started=time.time(),
            log_files={f"{workload.replica}/{plan.container}": plan.log_file for workload, plan in plans},
        )
        with self._lock:
            before = self.record
            self._running[name] = set()
            self.record = replace(self.record, executions=(*self.record.executions, execution))
            self._prune()
            try:
                self._keep()
            except NotWritten:
                self._running.pop(name)
                self.record = before
                raise
        threading.Thread(target=self._run, args=(spec, name, workloads), name=f"job {name}", daemon=True).start()
        return name

    def wait(self, execution: str, timeout_s: float | None = None) -> Execution:
        """
        Wait for an execution to end.

        Returns:
            How it ended; still `Running` when time was up first.
        """
        with self._lock:
            self._lock.wait_for(lambda: self.execution(execution).state != "Running", timeout_s)
            return self.execution(execution)

    def execution(self, name: str) -> Execution:
        """An execution by name."""
        found = next((each for each in self.record.executions if each.name == name), None)
        if found is None:
            raise CloudRefusal("JobExecutionNotFound", f"Job {self.record.spec.name} has no execution {name}.")
        return found

    def stop(self, execution: str) -> None:
        """End an execution; one that has ended is left alone."""
        with self._lock:
            if execution not in self._running:
                return
            self._stopped.add(execution)
            running = list(self._running[execution])
        for process in running:
            process.stop()
        self.wait(execution)

    def resume(self) -> None:
        """Note the executions that a dead daemon was in the middle of; their processes were ended."""
        with self._lock:
            for execution in self.record.executions:
                if execution.state == "Running":
                    self._end(execution.name, "Failed", "the local cloud ended while it ran: start it again")
            self._keep()

    def delete(self) -> None:
        """End its executions and forget it."""
        self.stop_all()
        self._records.remove(self.record.spec.name)
        self._launcher.forget(self.record.spec.name)

    def stop_all(self) -> None:
        """End every execution."""
        for execution in list(self._running):
            self.stop(execution)

    def _run(self, spec: JobSpec, name: str, workloads: list[Workload]) -> None:
        needed, reasons = spec.completions, list[str]()
        with ThreadPoolExecutor(max_workers=spec.parallelism) as pool:
            futures: list[Future[str | None]] = [pool.submit(self._replica, spec, name, each) for each in workloads]
            reasons = [why for why in (future.result() for future in futures) if why is not None]
        succeeded = len(workloads) - len(reasons)
        with self._lock:
            if name in self._stopped:
                self._end(name, "Stopped", None)
            elif succeeded >= needed:
                self._end(name, "Succeeded", None)
            else:
                self._end(name, "Failed", reasons[0])
            self._running.pop(name, None)
            self._stopped.discard(name)
            # Whoever waits is told all the same; the next daemon notes it as failed.
            with contextlib.suppress(NotWritten):
                self._keep()
            self._lock.notify_all()

    def _replica(self, spec: JobSpec, execution: str, workload: Workload) -> str | None:
        """Run one replica until it succeeds or may not be tried again; returns why it failed."""
        deadline = time.monotonic() + spec.timeout_s
        why: str | None = None
        for _ in range(spec.retry_limit + 1):
            why = self._attempt(spec, execution, workload, deadline)
            if why is None or execution in self._stopped or time.monotonic() >= deadline:
                break
            self._events.add(spec.name, f"{workload.replica}: {why.partition(chr(10))[0]}")
        return why

    def _attempt(self, spec: JobSpec, execution: str, workload: Workload, deadline: float) -> str | None:
        for container in spec.init_containers:
            if why := self._container(execution, workload, container, deadline):
                return why
        with ThreadPoolExecutor(max_workers=len(spec.containers)) as pool:
            running = [pool.submit(self._container, execution, workload, each, deadline) for each in spec.containers]
        return next((why for why in (each.result() for each in running) if why), None)

    def _container(self, execution: str, workload: Workload, container: Container, deadline: float) -> str | None:
        try:
            plan = self._launcher.plan(workload, container, first=False)
        except BackendError as error:
            return str(error)
        process = make_process(plan)
        with self._lock:
            if execution in self._stopped:
                return "was stopped"
            self._running[execution].add(process)
        try:
            why = run_once(plan, process, timeout_s=max(deadline - time.monotonic(), 0))
        finally:
            self._note_end(execution, f"{workload.replica}/{container.name}", process)
        return f"container {container.name} {why}" if why is not None else None

    def _note_end(self, execution: str, container: str, process: Process) -> None:
        code = process.exit_code
        with self._lock:
            self._running[execution].discard(process)
            if code is not None:
                known = self.execution(execution)
                codes = {**known.exit_codes, container: code if code >= 0 else 128 - code}
                self._replace(replace(known, exit_codes=codes))

    def _workload(self, spec: JobSpec, execution: str, number: int, values: dict[str, str]) -> Workload:
        replica = f"{execution}-{number + 1}"
        variables = {
            "CONTAINER_APP_JOB_NAME": spec.name,
            "CONTAINER_APP_JOB_EXECUTION_NAME": execution,
            "CONTAINER_APP_REPLICA_NAME": replica,
            "CONTAINER_APP_ENV_DNS_SUFFIX": self._context.domain_of(spec.environment),
        }
        return Workload(
            name=spec.name, replica=replica, identities=spec.identities, variables=variables, secrets=values
        )

    def _end(self, name: str, state: ExecutionState, reason: str | None) -> None:
        self._replace(replace(self.execution(name), state=state, ended=time.time(), reason=reason))
        self._events.add(self.record.spec.name, f"{name} {state.lower()}{f': {reason}' if reason else ''}")

    def _prune(self) -> None:
        """Forget the oldest executions that have ended, and their logs."""
        surplus = [each for each in self.record.executions[:-_EXECUTIONS_KEPT] if each.state != "Running"]
        self.record = replace(
            self.record, executions=tuple(each for each in self.record.executions if each not in surplus)
        )
        for file in (file for each in surplus for file in each.log_files.values()):
            shutil.rmtree(file.parent, ignore_errors=True)

    def _replace(self, execution: Execution) -> None:
        executions = tuple(execution if each.name == execution.name else each for each in self.record.executions)
        self.record = replace(self.record, executions=executions)

    def _keep(self) -> None:
        self._records.put(self.record.spec.name, self.record)
