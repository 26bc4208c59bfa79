"""The engine as a child that ends with this command, whichever way this command ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

_PR_SET_PDEATHSIG: Final = 1
_LOOK_S: Final = 1.0
_GRACE_S: Final = 5.0
_LIBC: ctypes.CDLL | None = ctypes.CDLL(None) if sys.platform == "linux" else None


def run(
    argv: Sequence[str],
    environment: Mapping[str, str],
    cwd: Path,
    *,
    hopeless: Callable[[], bool] | None = None,
    stdout: int | None = None,
) -> int:
    """
    Runs the engine to its end and returns its exit code.

    A terminal's interrupt reaches the engine by itself; a request to end is passed on as one. Either way the engine cancels what
    it does, and this waits for it.

    Args:
        argv: the engine and its arguments.
        environment: its whole environment.
        cwd: where it runs.
        hopeless: asked now and then; once it is true the engine is told to end, and is killed when it does not. On a full disk
            it would otherwise try for half a minute to write its state, again for each of a hundred resources.
        stdout: the descriptor of its standard output; this command's own where none is given.
    """
    with subprocess.Popen(argv, cwd=cwd, env=environment, stdout=stdout, preexec_fn=_end_with_parent) as process:  # noqa: PLW1509  no threads yet

        def interrupt(*_: Any) -> None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)

        def leave_to_engine(*_: Any) -> None:
            pass

        before = {signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt)}
        before[signal.SIGINT] = signal.signal(signal.SIGINT, leave_to_engine)
        over = threading.Event()
        if hopeless is not None:
            threading.Thread(target=_end_when, args=(hopeless, process, over), daemon=True).start()
        try:
            return process.wait()
        finally:
            over.set()
            for number, handler in before.items():
                signal.signal(number, handler)


def _end_when(hopeless: Callable[[], bool], process: subprocess.Popen[bytes], over: threading.Event) -> None:
    while not over.wait(_LOOK_S):
        if hopeless():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
                if not over.wait(_GRACE_S):
                    process.kill()
            return


def _end_with_parent() -> None:
    """So that even a command that is killed leaves no engine behind; the system of a Mac has nothing like it."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:  # it was killed before we could ask
            os._exit(1)
