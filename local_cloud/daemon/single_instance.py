"""
One daemon a state directory: its process holds a lock for as long as it lives, with its pid in the file.

The address that commands look for may be lost or replaced; the lock ends with the process and with nothing else.
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
    Holds a state directory; a daemon that has it is asked to end first.

    Args:
        state: the state directory.
        patience_s: how long that one may take, in seconds.

    Raises:
        BackendError: it does not end.
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
    Asks the daemon that has a state directory to end; False when there is none.

    Args:
        state: the state directory.
        wait_s: how long to wait for its end, in seconds.

    Raises:
        BackendError: it still has the directory after the wait.
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
                    f"another local cloud has {state} and still runs {wait_s:.0f} s after it was asked to end; "
                    f"`{f'kill -9 {pid}' if pid else f'fuser -k {file.name}'}` ends it, and the next `ignition up` cleans up after it"
                )
            time.sleep(_POLL_S)
        return True
    return False


def try_lock(file: IO[str]) -> bool:
    """Whether the lock could be taken; it is given back when the file is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
