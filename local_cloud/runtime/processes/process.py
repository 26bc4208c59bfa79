"""
One supervised process: starting it and waiting until it answers, stopping it, adopting one from a dead daemon.

Restarting what crashes is `supervisor`'s; telling processes apart is `pids`'s. Secrets belong into `env` or
files, never into `argv`, which is recorded, shown in errors and visible to every user of the machine.

Nothing here ties a process's life to ours (`PR_SET_PDEATHSIG` would: it fires when the starting *thread*
ends, and a database should outlive a crashed daemon). A later `start` adopts the survivor when it is the same
command and answers, and ends it otherwise; `end_orphans` ends those that nobody will start again.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import pwd
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local_cloud.runtime.errors import BackendError, NotWritten
from local_cloud.runtime.processes import log_files, pids
from local_cloud.runtime.processes.pids import Mark
from local_cloud.system_errors import explained


class ProcessFailed(BackendError):  # noqa: N818  says what happened
    """
    A process did not start, did not become ready or exited.

    Attributes:
        name: the process's name.
        exit_code: its exit code, negative for a signal; None when it was still running.
        log_file: where its output is.
        last_line: the last thing it said, or nothing.
    """

    def __init__(self, process: Process, what: str, *, exit_code: int | None, lines: Sequence[str]) -> None:
        shown = "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"
        super().__init__(
            f"{process.name} {what}\n"
            f"  command: {shlex.join(process.argv)}\n"
            f"  pid: {process.pid if process.pid is not None else 'none'}\n"
            f"  log: {process.log_file}\n"
            f"  last lines:\n{shown}"
        )
        self.name = process.name
        self.exit_code = exit_code
        self.log_file = process.log_file
        self.last_line = lines[-1] if lines else ""


class Process:
    """
    One command that is meant to keep running.

    Args:
        name: what errors and `status` call it.
        argv: the command; absolute path first, no secrets.
        env: the whole environment (nothing is inherited).
        cwd: its working directory.
        log_file: gets standard output and error, in append mode.
        ready: asked until it is true; `OSError` counts as not yet.
        user: account to run as; needs root. None keeps ours.
        stop_signal: the polite way to end it.
        grace_s: how long it may take before it is killed.
        ready_timeout_s: how long `ready` may take.
        pid_file: default is the log file's name with `.pid`.
        umask: of the process; the default keeps its files private.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        log_file: Path,
        ready: Callable[[], bool],
        cwd: Path | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace_s: float = 10,
        ready_timeout_s: float = 30,
        pid_file: Path | None = None,
        umask: int = 0o077,
    ) -> None:
        self.name = name
        self.argv = tuple(str(word) for word in argv)
        self.log_file = log_file
        self.pid_file = pid_file or log_file.with_suffix(".pid")
        self.adopted = False
        self.exit_code: int | None = None
        self._env = dict(env)
        self._cwd = cwd
        self._user = user
        self._ready = ready
        self._stop_signal = stop_signal
        self._grace_s = grace_s
        self._ready_timeout_s = ready_timeout_s
        self._umask = umask
        self._child: subprocess.Popen[bytes] | None = None
        self._mark: Mark | None = None
        self._log_start = 0
        self._lock = threading.RLock()
        self._stopping = threading.Event()

    def __repr__(self) -> str:
        return f"Process({self.name!r}, pid={self.pid}, alive={self.alive})"

    @property
    def pid(self) -> int | None:
        """The pid of the last start, running or not; None before the first."""
        return self._mark.pid if self._mark else (self._child.pid if self._child else None)

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        if self._child is not None and self._child.poll() is not None:
            self.exit_code = self._child.returncode
            return False
        return self._mark is not None and self._mark.alive

    @property
    def ready(self) -> bool:
        """Whether it runs and answers now."""
        try:
            return self.alive and self._ready()
        except OSError:
            return False

    @property
    def left_running(self) -> bool:
        """Whether the pid file names a process that an earlier daemon left and that still runs."""
        left = Mark.read(self.pid_file)
        return left is not None and left.alive

    def start(self) -> None:
        """
        Start it and wait until it is ready; one that runs already is left alone.

        Raises:
            ProcessFailed: it cannot be started, exits, or is not ready in time (then it is ended again).
        """
        with self._lock:
            self._stopping.clear()
            if self.alive:
                return
            if not self._adopt():
                self._launch()
                self._wait_until_ready()

    def stop(self) -> None:
        """End it: the stop signal, the grace period, then SIGKILL for it and its process group."""
        self._stopping.set()  # a start that still waits for readiness gives up its wait
        with self._lock:
            if self._mark is not None:
                pids.end(self._mark, self._grace_s)
            if self._child is not None:
                self.exit_code = self._child.wait()
            self.pid_file.unlink(missing_ok=True)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is gone. False: it still runs."""
        gone = self._mark is None or pids.wait_for_exit(self._mark, timeout_s)
        if gone and self._child is not None:
            self.exit_code = self._child.wait()
        return gone

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, SIGHUP for a reload say; nothing happens when it is gone."""
        if self._mark is not None and self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._mark.pid, number)

    def failure(self) -> ProcessFailed:
        """How it ended, as an error that a person can act on."""
        if self.alive:
            what = "still runs"
        elif self.exit_code is None:
            what = "ended (it belonged to an earlier daemon, so its exit code is not known)"
        elif self.exit_code < 0:
            what = f"was ended by {signal.Signals(-self.exit_code).name}"
        else:
            what = f"exited with code {self.exit_code}"
        return self._failed(what)

    def _adopt(self) -> bool:
        """Take over the same command that an earlier daemon left running; end anything else it left."""
        left = Mark.read(self.pid_file)
        if left is None or not left.alive:
            return False
        recipe = pids.recipe(self.argv, self._env, self._cwd, self._user)
        self._child, self._mark, self.exit_code = None, left, None
        if left.fingerprint == pids.fingerprint(left.salt, recipe) and self._ready_within(2):
            self.adopted = True
            return True
        pids.end(left, self._grace_s)
        return False

    def _launch(self) -> None:
        log_files.rotate(self.log_file)
        self._child, self._mark, self.exit_code, self.adopted = None, None, None, False
        account = self._account()
        try:
            self.log_file.parent.mkdir(parents=True, exist_ok=True)
            self.pid_file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._failed(f"cannot write its log: {explained(error)}") from None
        try:
            self._log_start = os.fstat(descriptor).st_size
            self._child = subprocess.Popen(
                self.argv,
                env=self._env,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                umask=self._umask,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
        except OSError as error:
            raise self._failed(f"cannot be started: {self._hindrance(error)}") from None
        finally:
            os.close(descriptor)
        recipe = pids.recipe(self.argv, self._env, self._cwd, self._user)
        self._mark = pids.mark(self.name, self._child.pid, recipe, self._stop_signal)
        if self._mark is not None:
            try:
                self._mark.write(self.pid_file)
            except NotWritten as error:
                pids.end(self._mark, self._grace_s)  # nobody would find it again
                self.exit_code = self._child.wait()
                raise self._failed(f"was stopped again because it cannot be recorded: {error}") from None

    def _hindrance(self, error: OSError) -> str:
        """Why the command does not even begin, in words that say what to fix; the system says the same for many causes."""
        program = self.argv[0]
        if self._cwd is not None and not self._cwd.is_dir():
            return f"its directory {self._cwd} does not exist"
        if "/" not in program and isinstance(error, FileNotFoundError):
            return f"there is no program {program!r} on its PATH, {self._env.get('PATH', os.defpath)}"
        if isinstance(error, FileNotFoundError):
            interpreter = Path(program).exists()
            return f"the interpreter that {program} names is missing" if interpreter else f"{program} does not exist"
        if isinstance(error, PermissionError):
            return f"{program} is not a program that may be run; `chmod +x {program}` when it should be"
        if error.errno == errno.ENOEXEC:
            return f"{program} is neither a program for this machine nor a script that begins with `#!`"
        return f"{error.strerror}: {error.filename}"

    def _wait_until_ready(self) -> None:
        if self._ready_within(self._ready_timeout_s):
            return
        if not self.alive:
            raise self.failure()
        failed = self._failed(
            "was stopped before it was ready"
            if self._stopping.is_set()
            else f"was not ready within {self._ready_timeout_s:g} s and was stopped again"
        )
        self.stop()
        raise failed

    def _ready_within(self, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        pause_s = 0.01
        while True:
            if self.ready:
                return True
            if not self.alive or time.monotonic() >= deadline or self._stopping.wait(pause_s):
                return False
            pause_s = min(pause_s * 1.5, 0.2)

    def _account(self) -> pwd.struct_passwd | None:
        if self._user is None:
            return None
        try:
            return pwd.getpwnam(self._user)
        except KeyError:
            raise self._failed(f"cannot run as {self._user!r}: there is no such account") from None

    def _failed(self, what: str) -> ProcessFailed:
        lines = log_files.last_lines(self.log_file, start=self._log_start)
        return ProcessFailed(self, what, exit_code=self.exit_code, lines=lines)


def end_orphans(directory: Path, *, grace_s: float = 10) -> list[str]:
    """
    End every process that a pid file in `directory` (or below) names and that really is the one it names.

    For a daemon that is gone for good: `down` and `reset` without one. Returns the names of what was ended.
    """
    marks = {file: Mark.read(file) for file in sorted(directory.rglob("*.pid"))}
    living = [mark for mark in marks.values() if mark is not None and mark.alive]
    if living:
        # At the same time: one that waits for another to go must not use up the grace period.
        with ThreadPoolExecutor(len(living)) as pool:
            list(pool.map(functools.partial(pids.end, grace_s=grace_s), living))
    for file, mark in marks.items():
        if mark is not None:
            file.unlink(missing_ok=True)
    return [mark.name for mark in living]
