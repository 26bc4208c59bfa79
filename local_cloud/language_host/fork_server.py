"""
The process that has the SDKs imported and forks a child for each run.

It is started before anything else and stays single-threaded and without any gRPC object, or its children could not use gRPC. It lives
as long as the socket that it was given: when the daemon goes, in whatever way, it ends its children and itself.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from local_cloud.language_host import program, speedups

_PR_SET_PDEATHSIG = 1
_RECOMPILED = "IGNITION_FORK_SERVER_RECOMPILED"


def main(control_fd: int, preload: Sequence[str], path: Sequence[str]) -> None:
    """
    Serves until the socket closes; in a child, runs the program that was asked for and never returns.

    Args:
        control_fd: a stream socket; each message carries two descriptors, a run's own socket and its output.
        preload: modules to import; one that is missing is left out.
        path: the program's `sys.path`.
    """
    with socket.socket(fileno=control_fd) as control:
        _preload(preload)
        control.sendall(b"\n")
        run = _serve(control)
    if run is not None:
        _be_a_program(run, path)


def _preload(modules: Iterable[str]) -> None:
    """
    Imports the SDKs, compiled: uncompiled they take four times as long and twice the memory.

    A process that compiled them keeps the compiler's garbage, so it begins again with the compiled files.
    """
    wanted = [spec for name in modules if (spec := _spec(name)) is not None]
    uncompiled = [spec for spec in wanted if spec.cached is not None and not Path(spec.cached).exists()]
    forbidden, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    for spec in wanted:
        # A broken SDK is the program's to stumble over, in its own traceback.
        with contextlib.suppress(Exception):
            importlib.import_module(spec.name)
    sys.dont_write_bytecode = forbidden
    if _RECOMPILED not in os.environ and any(Path(str(spec.cached)).exists() for spec in uncompiled):
        os.environ[_RECOMPILED] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  the same program again
    os.environ.pop(_RECOMPILED, None)
    gc.collect()
    gc.freeze()


def _spec(name: str) -> Any:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


def _serve(control: socket.socket) -> socket.socket | None:
    """The parent returns None when the daemon has gone; a child returns its run's socket."""
    runs: dict[int, socket.socket] = {}
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else _pipe()
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's interrupt is the daemon's to handle
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: _end(runs))
    while True:
        readable, _, _ = select.select([control, wake_read], [], [])
        if wake_read in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wake_read, 4096)
            _reap(runs)
        if control not in readable:
            continue
        descriptors = _receive(control)
        if descriptors is None:
            _end(runs)
        run, output = socket.socket(fileno=descriptors[0]), descriptors[1]
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            os.close(wake_read)
            os.close(wake_write)
            for other in runs.values():
                other.close()
            _detach(output)
            return run
        os.close(output)
        runs[pid] = run
        _tell(run, {"pid": pid})


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends


def _receive(control: socket.socket) -> list[int] | None:
    try:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
    except OSError:
        return None
    return descriptors if message and len(descriptors) == 2 else None


def _reap(runs: dict[int, socket.socket]) -> None:
    while runs:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if (run := runs.pop(pid, None)) is not None:
            _tell(run, {"status": os.waitstatus_to_exitcode(status)})
            run.close()


def _tell(run: socket.socket, message: dict[str, int]) -> None:
    with contextlib.suppress(OSError):  # whoever asked has gone
        run.sendall(json.dumps(message).encode() + b"\n")


def _end(pids: Iterable[int]) -> None:
    for pid in list(pids):
        # The child may not have made its own group yet.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
    os._exit(0)


# -- in the child


def _detach(output: int) -> None:
    """A session of its own, which can be ended whole; ended with its parent; its output into the run's pipe."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)


def _be_a_program(run: socket.socket, path: Sequence[str]) -> None:
    with run:
        request = json.loads(_read_all(run))
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    sys.path[:] = [*filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)), *path]
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "local_cloud"]:
        del sys.modules[name]  # the program may have a package of that name
    for stream in (sys.stdout, sys.stderr):
        # So that both streams arrive in order.
        stream.reconfigure(line_buffering=True, write_through=bool(os.environ.get("PYTHONUNBUFFERED")))  # type: ignore[union-attr]
    if request["fast"]:
        speedups.apply(debug=request["debug"])
    try:
        program.run(request["argv"])
    except SystemExit as leaving:
        _leave(_exit_code(leaving))
    except KeyboardInterrupt:  # a cancelled run needs no traceback
        _leave(130)


def _read_all(run: socket.socket) -> bytes:
    parts: list[bytes] = []
    while part := run.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def _exit_code(leaving: SystemExit) -> int:
    """What the interpreter makes of `sys.exit(...)`."""
    if leaving.code is None:
        return 0
    if isinstance(leaving.code, int):
        return leaving.code & 0xFF
    sys.stderr.write(f"{leaving.code}\n")
    return 1


def _leave(code: int) -> None:
    """Ends as the interpreter does, but for taking apart the SDKs' thousands of classes."""
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001  waits for the program's threads
        atexit._run_exitfuncs()  # noqa: SLF001
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(code)
