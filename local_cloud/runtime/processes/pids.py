"""
Which process a pid file means, so that a reused pid is never mistaken for ours.

A pid alone is recycled by the kernel; a pid, the time it started and the boot it started in are not.
Starting and stopping are `process`'s.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from local_cloud.runtime.files.private_files import write_private

_POLL_S = 0.02


@dataclass(frozen=True)
class Mark:
    """
    One process that was started, as its pid file records it.

    Attributes:
        started: start time within the boot, as the kernel counts it.
        boot: the kernel's id of the boot.
        salt: makes the fingerprint useless for guessing what the environment holds.
        fingerprint: digest of command, environment, directory and user; the same command has the same.
        stop_signal: the polite way to end it.
    """

    name: str
    pid: int
    started: str
    boot: str
    salt: str
    fingerprint: str
    stop_signal: int = signal.SIGTERM

    @property
    def alive(self) -> bool:
        """Whether exactly this process still runs (a zombie does not)."""
        return self.boot == boot_id() and start_time(self.pid) == self.started

    def write(self, file: Path) -> None:
        """Record it, readable by its owner only; raises `NotWritten` on a full disk."""
        write_private(file, json.dumps(asdict(self)).encode())

    @classmethod
    def read(cls, file: Path) -> Mark | None:
        """What a pid file records; a missing or damaged one records nothing."""
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            return None


def mark(name: str, pid: int, recipe: str, stop_signal: signal.Signals = signal.SIGTERM) -> Mark | None:
    """The mark of a process that was just started, or None when it is gone already."""
    started = start_time(pid)
    if started is None:
        return None
    salt = secrets.token_hex(8)
    return Mark(name, pid, started, boot_id(), salt, fingerprint(salt, recipe), int(stop_signal))


def recipe(argv: Sequence[str], env: Mapping[str, str], cwd: Path | None, user: str | None) -> str:
    """Everything that decides what a command does, as one string; never written anywhere."""
    return json.dumps([list(argv), sorted(env.items()), str(cwd), user])


def fingerprint(salt: str, recipe: str) -> str:
    """Digest of a recipe."""
    return hashlib.sha256(f"{salt}\n{recipe}".encode()).hexdigest()


@functools.cache
def boot_id() -> str:
    """The kernel's name for this boot; where there is none, start times are absolute anyway."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def start_time(pid: int) -> str | None:
    """When a process started, or None when there is no such process any more (a zombie counts as gone)."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        except OSError:
            return None
        # The command's name may hold spaces and parentheses: fields count from the last one.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    found = subprocess.run(["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = found.stdout.strip().partition(" ")
    return None if not started or state.startswith("Z") else started.strip()


def wait_for_exit(mark: Mark, timeout_s: float | None) -> bool:
    """Wait until a process, child or adopted, is gone. False: it still runs."""
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(mark.pid)
        except ProcessLookupError:
            return True
        except OSError:
            pass  # an old kernel: fall through to polling
        else:
            try:
                if not mark.alive:
                    return True
                poll = select.poll()
                poll.register(descriptor, select.POLLIN)
                return bool(poll.poll(None if timeout_s is None else timeout_s * 1000))
            finally:
                os.close(descriptor)
    while mark.alive:
        if deadline is not None and time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True


def end(mark: Mark, grace_s: float) -> bool:
    """
    End a process and what is left of its group.

    Returns:
        Whether it stopped by itself within the grace period; otherwise it was killed.
    """
    if not mark.alive:
        return True
    with contextlib.suppress(ProcessLookupError):
        os.kill(mark.pid, mark.stop_signal)
    polite = wait_for_exit(mark, grace_s)
    # The leader is killed through its group: what it started must not outlive it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(mark.pid, signal.SIGKILL)
    if not polite:
        wait_for_exit(mark, None)
    return polite
