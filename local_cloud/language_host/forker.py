"""
The daemon's side of the fork server: starts it, hands it runs, starts another when it has gone.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from local_cloud.language_host.children import Command, ForkServerGone, Warm

_BOOT = (
    "import json, sys; del sys.path[0]; path = list(sys.path); given = json.loads(sys.argv[1]); sys.path.insert(0, given['ours']); \
from local_cloud.language_host.fork_server import main; main(given['control'], given['preload'], path)"
)


_HONOURED = {"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
"""What a child does itself of the variables that an interpreter reads when it starts."""


class Forker:
    """Forks warm children; safe for any number of threads."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._ready = False

    def start(self) -> None:
        """Starts the server without waiting for its imports."""
        with self._lock:
            self._start()

    def stop(self) -> None:
        """Ends the server and every child."""
        with self._lock:
            self._stop()

    @property
    def pid(self) -> int | None:
        """The server's process, for measuring it."""
        return None if self._process is None else self._process.pid

    def fits(self, environ: Mapping[str, str]) -> bool:
        """Whether a forked child is what a fresh interpreter with this environment would be."""
        variables = {name for name in environ if name.startswith("PYTHON")}
        packages = {name.partition(".")[0] for name in self._preload}
        places = [Path(each) for each in environ.get("PYTHONPATH", "").split(os.pathsep) if each]
        return variables <= _HONOURED and not any((place / name).exists() for place in places for name in packages)

    def fork(self, command: Command, output: int) -> Warm:
        """
        Runs a command in a child whose output goes to the given descriptor, which stays the caller's.

        Raises:
            ForkServerGone: twice in a row.
        """
        for last in (False, True):
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    self._send(theirs.fileno(), output)
                return Warm(command, ours)
            except ForkServerGone:
                ours.close()
                if last:
                    raise
        raise AssertionError

    def wait_ready(self) -> None:
        """
        Waits until the SDKs are imported.

        Raises:
            ForkServerGone: it ended meanwhile.
        """
        with self._lock:
            self._await_ready()

    def _send(self, *descriptors: int) -> None:
        with self._lock:
            self._await_ready()
            assert self._control is not None
            try:
                socket.send_fds(self._control, [b"r"], list(descriptors))
            except OSError:
                raise self._gone() from None

    def _await_ready(self) -> None:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._start()
        assert self._control is not None
        if not self._ready:
            if self._control.recv(1) != b"\n":
                raise self._gone()
            self._ready = True

    def _start(self) -> None:
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BOOT, _boot_arguments(theirs.fileno(), self._preload)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                cwd="/",
                env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
                start_new_session=True,
            )
        self._control = ours
        self._ready = False

    def _stop(self) -> None:
        process, self._process = self._process, None
        if self._control is not None:
            self._control.close()  # which ends the server
            self._control = None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            process.wait()

    def _gone(self) -> ForkServerGone:
        self._stop()
        return ForkServerGone("the fork server of the language host cannot be started")


def _boot_arguments(control: int, preload: Sequence[str]) -> str:
    package = importlib.util.find_spec("local_cloud")
    assert package is not None
    assert package.submodule_search_locations is not None
    ours = Path(next(iter(package.submodule_search_locations))).parent
    return json.dumps({"control": control, "preload": list(preload), "ours": os.fspath(ours)})
