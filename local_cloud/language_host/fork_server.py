"""
The fork server: a single-threaded process with the SDKs imported, which forks a child for every run.

It is started as its own interpreter, so nothing of the daemon (threads, gRPC channels) is ever inherited. For each run it gets five
file descriptors over a socket: the request, the child's standard output and error, a pipe for what the program registers, and a status
socket. The status socket carries the exit code back; when its other end closes first, the run was given up and the child's process
group is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

from local_cloud.language_host import child, recorder, speedups
from local_cloud.language_host.property_types import PropertyTypes

REQUEST_FDS: Final = 5
_PR_SET_PDEATHSIG: Final = 1
_THIS_PROJECT: Final = child.__name__.partition(".")[0]


class ForkServer:
    """Serves runs until the control socket closes."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._runs: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._wakeup, wakeup_in = socket.socketpair()
        self._wakeup.setblocking(False)
        wakeup_in.setblocking(False)
        self._wakeup_in = wakeup_in
        self._property_types = PropertyTypes()

    def serve(self) -> None:
        """Forks for every request; kills what still runs when the host is gone."""
        signal.set_wakeup_fd(self._wakeup_in.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _wake_up)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the end of the control socket ends it, nothing else
        self._selector.register(self._control, selectors.EVENT_READ)
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        self._selector.register(self._property_types, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    if not self._accept():
                        return self._kill_all()
                elif key.fileobj is self._wakeup:
                    with contextlib.suppress(BlockingIOError):
                        self._wakeup.recv(4096)
                    self._reap()
                elif key.fileobj is self._property_types:
                    self._property_types.learn()
                else:
                    self._give_up(key.data)

    def _accept(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, 1, REQUEST_FDS)
        if not message:
            return False
        request, out, err, registrations, status = descriptors
        pid = os.fork()
        if pid == 0:
            self._become_child(request, out, err, registrations, status)
        for descriptor in (request, out, err, registrations):
            os.close(descriptor)
        run = socket.socket(fileno=status)
        self._runs[pid] = run
        self._selector.register(run, selectors.EVENT_READ, data=pid)
        return True

    def _become_child(self, request: int, out: int, err: int, registrations: int, status: int) -> None:
        code = 1
        try:
            os.setpgid(0, 0)
            _die_with_parent()
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            signal.set_wakeup_fd(-1)
            os.dup2(out, 1)
            os.dup2(err, 2)
            for descriptor in (out, err, status):
                os.close(descriptor)
            os.set_inheritable(registrations, False)
            self._selector.close()
            for held in (self._control, self._wakeup, self._wakeup_in, *self._runs.values()):
                held.close()
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  for as long as the child lives
            sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
            with open(request) as file:
                asked: dict[str, Any] = json.load(file)
            os.environ.clear()
            os.environ.update(asked["environment"])
            _forget_this_project()
            _look_where_interpreter_would()
            self._property_types.before_run()
            if "module" in asked:
                code = _run_module(asked["module"], asked["args"], asked["given"])
            else:
                code = child.run(
                    asked,
                    speed_up=lambda: speedups.apply(debug=bool(asked["debug"])),
                    record=lambda: recorder.record(os.fdopen(registrations, "wb")),
                )
        except SystemExit as leaving:
            code = _exit_code(leaving)
        except BaseException:  # noqa: BLE001  nothing may return into the server's loop
            import traceback  # noqa: PLC0415

            traceback.print_exc()
        finally:
            _finish(self._property_types.after_run)
            os._exit(code)  # without taking apart the SDKs' thousands of classes

    def _reap(self) -> None:
        while True:
            try:
                pid, state = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            run = self._runs.pop(pid, None)
            if run is not None:
                self._selector.unregister(run)
                with contextlib.suppress(OSError):
                    run.send(str(os.waitstatus_to_exitcode(state)).encode())
                run.close()

    def _give_up(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        run = self._runs.pop(pid, None)
        if run is not None:
            self._selector.unregister(run)
            run.close()

    def _kill_all(self) -> None:
        for pid in list(self._runs):
            self._give_up(pid)


def _wake_up(*_: object) -> None:
    """Nothing: with a handler of any kind a signal writes to the wake-up socket."""


def _forget_this_project() -> None:
    """A program finds its own `local_cloud`, if it has one, and this one's modules as fresh as any other's."""
    for name in [name for name in sys.modules if name.partition(".")[0] == _THIS_PROJECT]:
        del sys.modules[name]


def _look_where_interpreter_would() -> None:
    """An interpreter that the engine starts looks for modules in `PYTHONPATH` first; this one was started with another."""
    wanted = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [each for each in wanted if each and each not in sys.path]


def _run_module(module: str, arguments: list[str], given: str) -> int:
    """As `python -m` does it, with what the fork server has imported."""
    import runpy  # noqa: PLC0415  only a child needs it

    sys.argv = [module, *arguments]
    sys.stdin = io.StringIO(given)
    runpy.run_module(module, run_name="__main__")
    return 0


def _finish(then: Callable[[], None]) -> None:
    """What the interpreter does at its end: waits for the program's threads, runs its exit handlers, writes out what is left."""
    import atexit  # noqa: PLC0415  only a child ends so
    import threading  # noqa: PLC0415

    interpreters: tuple[Any, Any] = (threading, atexit)  # neither step has a public name
    steps = (interpreters[0]._shutdown, interpreters[1]._run_exitfuncs, sys.stdout.flush, sys.stderr.flush, then)  # noqa: SLF001
    for step in steps:
        with contextlib.suppress(BaseException):
            step()


def _exit_code(leaving: SystemExit) -> int:
    """What the interpreter makes of `sys.exit(code)`; a message goes to standard error."""
    if leaving.code is None or isinstance(leaving.code, int):
        return (leaving.code or 0) & 0xFF
    print(leaving.code, file=sys.stderr)  # noqa: T201  read by the host
    return 1


def _die_with_parent() -> None:
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == 1:
            os._exit(1)  # the parent was gone before the kernel knew


_LIBC: Final = ctypes.CDLL(None)


def main(descriptor: int, modules: list[str]) -> None:
    """Imports the modules, says so, and serves."""
    _die_with_parent()
    for name in modules:
        with contextlib.suppress(ImportError):
            # The SDKs' modules are lazy: only the first attribute that is asked for imports one.
            getattr(importlib.import_module(name), "__all__", None)
    # `-m` put the working directory on the path; a program must not find modules there.
    sys.path.pop(0)
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=descriptor)
    with contextlib.suppress(BrokenPipeError):  # the host was stopped meanwhile; serving ends at once
        control.send(b"r")
    ForkServer(control).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
