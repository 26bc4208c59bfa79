"""
The processes that run programs: a warm one is forked by the fork server, a cold one is an interpreter of its own.

Both are made the same way from a Command and ended the same way: interrupted, and killed with all they started when that does not help.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local_cloud.language_host import program

GRACE_S = 5.0
"""How long an interrupted program may take to end; the official host's."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A program to run.

    Attributes:
        argv: what the executor takes, see `program`.
        environ: the whole environment; holds the configuration, so it is never shown.
        debug: whether the SDK's debug messages are wanted.
    """

    argv: Sequence[str]
    environ: Mapping[str, str]
    debug: bool

    def __repr__(self) -> str:
        return f"Command(argv={list(self.argv)!r})"


class Child(Protocol):
    """A running program."""

    @property
    def pid(self) -> int: ...

    def wait(self) -> int:
        """The exit code, once; negative for the signal that ended it."""
        ...


class Cold:
    """A fresh interpreter, which imports everything itself."""

    def __init__(self, command: Command, python: Path, output: int, *, argv: Sequence[str] = ()) -> None:
        """Starts it; the output descriptor stays the caller's.

        Args:
            command: what to run.
            python: the interpreter.
            output: where its standard output and error go.
            argv: arguments of the interpreter itself, before the executor's.
        """
        self._process = subprocess.Popen(
            [str(python), *argv, str(Path(program.__file__)), *command.argv],
            env=dict(command.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The interpreter's process."""
        return self._process.pid

    def wait(self) -> int:
        """The exit code."""
        return self._process.wait()


class Warm:
    """A child of the fork server; see `fork_server` for the messages."""

    def __init__(self, command: Command, run: socket.socket) -> None:
        """Tells the forked child what to do; the socket becomes this object's."""
        self._answers = run.makefile("rb")
        self._run = run
        request = {
            "argv": list(command.argv),
            "environ": dict(command.environ),
            "debug": command.debug,
            "fast": True,
        }
        with contextlib.suppress(BrokenPipeError):  # it died at once; its status tells
            run.sendall(json.dumps(request).encode())
        run.shutdown(socket.SHUT_WR)
        self._pid = self._answer("pid")

    @property
    def pid(self) -> int:
        """The forked process."""
        return self._pid

    def wait(self) -> int:
        """The exit code; SIGKILL's when the fork server is no more, for it takes its children along."""
        try:
            return self._answer("status")
        except ForkServerGone:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)
            return -signal.SIGKILL
        finally:
            self._answers.close()
            self._run.close()

    def _answer(self, name: str) -> int:
        line = self._answers.readline()
        if not line:
            raise ForkServerGone("the fork server of the language host ended; the next run starts another")
        return json.loads(line)[name]


class ForkServerGone(Exception):
    """The fork server ended while it was needed."""


class Ending:
    """Ends a child once: an interrupt first, then, if it is still there, a kill."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._lock = threading.Lock()
        self._over = False
        self._killer: threading.Timer | None = None

    def begin(self) -> None:
        """Interrupts the child, and kills it and all it started when it has not ended in time."""
        with self._lock:
            if self._over or self._killer is not None:
                return
            self._send(signal.SIGINT)
            self._killer = threading.Timer(GRACE_S, self._kill)
            self._killer.daemon = True
            self._killer.start()

    def over(self) -> None:
        """The child has ended by itself; whatever it left running ends too, as only its own group is left."""
        with self._lock:
            self._over = True
            if self._killer is not None:
                self._killer.cancel()
                self._send(signal.SIGKILL)

    def _kill(self) -> None:
        with self._lock:
            if not self._over:
                self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)
