"""
One daemon per state directory: its process holds a lock on a file with its pid.

The address file may be lost or replaced; the lock is released when the process ends, and only then.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Generator
from pathlib import Path
from typing import IO, Final

from local_cloud.runtime.errors import BackendError

_FILE: Final = "daemon.lock"
_POLL_S: Final = 0.02


@contextlib.contextmanager
def single_instance(state: Path, *, patience_s: float) -> Generator[None]:
    """
    Takes the state directory for this process; a daemon that uses it is asked to stop first.

    Args:
        state: the state directory.
        patience_s: how long that daemon may take to stop, in seconds.

    Raises:
        BackendError: it does not stop.
    """
    with (state / _FILE).open("a+") as file:
        if not try_lock(file):
            end_running_daemon(state, wait_s=patience_s)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def end_running_daemon(state: Path, *, wait_s: float) -> bool:
    """
    Asks the daemon of a state directory to stop; False when there is none.

    Args:
        state: the state directory.
        wait_s: how long to wait, in seconds.

    Raises:
        BackendError: it is still running after the wait.
    """
    with contextlib.suppress(FileNotFoundError), (state / _FILE).open("r+") as file:
        if try_lock(file):
            return False
        said = file.read()
        pid = int(said) if said.isdecimal() else None
        deadline = time.monotonic() + wait_s
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        while not try_lock(file):
            if time.monotonic() > deadline:
                raise BackendError(
                    f"another local cloud uses {state} and is still running {wait_s:.0f} s after it was asked to stop; "
                    f"`{f'kill -9 {pid}' if pid else f'fuser -k {file.name}'}` stops it, and the next `ignition up` cleans up"
                )
            time.sleep(_POLL_S)
        return True
    return False


def try_lock(file: IO[str]) -> bool:
    """Take the lock if it is free, and return whether it was; closing the file releases it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
