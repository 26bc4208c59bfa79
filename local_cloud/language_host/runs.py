"""Starting a run, in the fork server or in a fresh interpreter, and waiting for it; both look the same from outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local_cloud.language_host import child


class Run(Protocol):
    """A running program."""

    output: int
    error: int
    registrations: int

    def wait(self) -> int:
        """Waits for the program's end and returns its exit code."""
        ...

    def kill(self) -> None:
        """Ends the program and everything it started; its end is still to be waited for."""
        ...


class ForkServerProcess:
    """
    The fork server's process, seen from the host.

    Args:
        modules: what it imports before the first run.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self._control, theirs = socket.socketpair()
        argv = [sys.executable, "-m", "local_cloud.language_host.fork_server", str(theirs.fileno()), *modules]
        self._process = subprocess.Popen(argv, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd="/")
        theirs.close()
        self._lock = threading.Lock()
        self._ready = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def start(self, request: Mapping[str, Any]) -> Run:
        """Starts a program; waits for the imports where they are not done yet."""
        output, output_in = os.pipe()
        error, error_in = os.pipe()
        registrations, registrations_in = os.pipe()
        status, status_in = socket.socketpair()
        with _written(request) as file, self._lock:
            if not self._ready:
                self._control.recv(1)
                self._ready = True
            socket.send_fds(self._control, [b"x"], [file, output_in, error_in, registrations_in, status_in.fileno()])
        os.close(output_in)
        os.close(error_in)
        os.close(registrations_in)
        status_in.close()
        return _ForkedRun(output, error, registrations, status)

    def stop(self) -> None:
        """Ends it and every program in it."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@dataclass
class _ForkedRun:
    output: int
    error: int
    registrations: int
    status: socket.socket

    def wait(self) -> int:
        with self.status:
            try:
                answer = self.status.recv(16)
            except OSError:
                answer = b""
        return int(answer) if answer else -signal.SIGKILL

    def kill(self) -> None:
        with contextlib.suppress(OSError):  # the run has ended already
            self.status.shutdown(socket.SHUT_RDWR)


class _FreshRun:
    """A program in a new process of some interpreter."""

    def __init__(self, interpreter: Path, request: Mapping[str, Any]) -> None:
        self.output, output_in = os.pipe()
        self.error, error_in = os.pipe()
        self.registrations, registrations_in = os.pipe()
        with _written(request) as file:
            self._process = subprocess.Popen(
                [interpreter, child.__file__, str(registrations_in)],
                stdin=file,
                stdout=output_in,
                stderr=error_in,
                env=dict(request["environment"]),
                pass_fds=[registrations_in],
                start_new_session=True,
            )
        os.close(output_in)
        os.close(error_in)
        os.close(registrations_in)

    def wait(self) -> int:
        return self._process.wait()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def start_fresh(interpreter: Path, request: Mapping[str, Any]) -> Run:
    """Starts a program in a fresh process of an interpreter."""
    return _FreshRun(interpreter, request)


@contextlib.contextmanager
def _written(request: Mapping[str, Any]):  # noqa: ANN202  a generator of one descriptor
    """The request in a file that has no name: it holds secrets of the configuration."""
    with tempfile.TemporaryFile("w+") as file:
        json.dump(request, file)
        file.flush()
        file.seek(0)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        yield file.fileno()
