"""
Background processes that outlive the command that started them: finding, starting and stopping them.

Imports nothing heavy: this is on the path of every preview.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from local_cloud.runtime.files.private_directories import own_link_resolved, private_directory
from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.processes.terminal_text import printable

EXPLAINED: Final = 3
EXPLANATION: Final = "\nerror: "
"""Exit code of a process that told a person why it ended and what to do, and what stands before that in its log."""
_START_TIMEOUT_S: Final = 120.0
_POLL_S: Final = 0.02
_QUIET: Final = {"GRPC_ENABLE_FORK_SUPPORT": "false", "GRPC_VERBOSITY": "ERROR"}  # gRPC tells of every process we start
_PACKAGE: Final = Path(__file__).parent


class BackgroundError(Exception):
    """The process cannot be started or does not end; the message says where its log is and what it said last."""


class _Detached(subprocess.Popen[bytes]):
    """A process that outlives this one, so Python does not warn when it forgets it."""

    def __del__(self) -> None:
        self.poll()


@dataclass(frozen=True)
class Address:
    """
    A running process.

    Attributes:
        pid: its process id.
        port: a port on loopback at which it answers for as long as it serves.
        fingerprint: the code it runs.
        facts: whatever else a command needs to know of it.
    """

    pid: int
    port: int
    fingerprint: str
    facts: Mapping[str, str] = field(default_factory=dict[str, str])


def fingerprint() -> str:
    """Changes with the local cloud's files and with the interpreter: an edited rule, a new environment hold from the next command on."""
    stamps = sorted(
        (file, os.stat(file).st_mtime_ns)  # noqa: PTH116  a Path for each of hundreds of files would cost more than all else
        for directory, _, names in os.walk(_PACKAGE)
        for file in (os.path.join(directory, name) for name in names if name.endswith(".py"))  # noqa: PTH118
    )
    return f"{zlib.crc32(json.dumps([sys.executable, stamps]).encode()):08x}-{len(stamps)}"


@dataclass(frozen=True)
class Background:
    """
    One such process of one directory.

    Attributes:
        directory: where its address, log and lock lie.
        argv: arguments after the interpreter: `-m`, the module and what it takes.
        purpose: what is being started, for people: "the warm language host".
    """

    directory: Path
    argv: Sequence[str]
    purpose: str

    @property
    def log_file(self) -> Path:
        """Its log file."""
        return self.directory / "daemon.log"

    @property
    def _address_file(self) -> Path:
        return self.directory / "address.json"

    def publish(self, address: Address) -> None:
        """Publishes the address; the process calls it once it serves."""
        write_private(self._address_file, json.dumps(asdict(address)).encode())

    def running(self) -> Address | None:
        """The process that answers now, whatever code it runs, or None."""
        address = self._read()
        return address if address is not None and self._is_ours(address.pid) and _listens(address.port) else None

    def ensure(self, progress: Callable[[str], None]) -> Address:
        """
        The running process, started first where there is none or where it runs other code.

        Raises:
            BackgroundError: it ended or did not come up.
            NotPrivate: the directory is not ours alone.
        """
        private_directory(own_link_resolved(self.directory))
        current = self._current()
        if current is not None:
            return current
        with self._lock():
            current = self._current()  # another command may have started it while this one waited
            if current is not None:
                return current
            self.stop()
            progress(f"Starting {self.purpose}")
            return self._start()

    def stop(self, *, wait_s: float = 0.0) -> bool:
        """
        Asks a running process to end; False when none was running.

        Args:
            wait_s: how long to wait for its end, in seconds; 0 leaves it to finish what it serves.

        Raises:
            BackgroundError: it still runs after the wait.
        """
        address = self._read()
        self._address_file.unlink(missing_ok=True)
        if address is None or not self._is_ours(address.pid):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(address.pid, signal.SIGTERM)
        deadline = time.monotonic() + wait_s
        while wait_s and self._is_ours(address.pid):
            if time.monotonic() > deadline:
                raise BackgroundError(
                    f"{self.purpose} (pid {address.pid}) still runs {wait_s:.0f} s after it was asked to end; "
                    f"its log is {self.log_file}, and `kill -9 {address.pid}` ends it: the next start cleans up"
                )
            time.sleep(_POLL_S)
        return True

    def _current(self) -> Address | None:
        address = self.running()
        return address if address is not None and address.fingerprint == fingerprint() else None

    def _start(self) -> Address:
        with self.log_file.open("wb") as output:
            process = _Detached(
                [sys.executable, *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=self.directory,
                env=os.environ | _QUIET,
            )
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline and process.poll() is None:
            address = self._read()
            if address is not None and address.pid == process.pid and _listens(address.port):
                return address
            time.sleep(_POLL_S)
        ended = process.poll() is not None
        if not ended:
            process.terminate()
        elif process.returncode == EXPLAINED:
            raise BackgroundError(
                printable(self.log_file.read_text(errors="replace")).partition(EXPLANATION)[2].strip()
            )
        said = "\n".join(printable(self.log_file.read_text(errors="replace")).splitlines()[-15:])
        what = f"ended with code {process.returncode}" if ended else f"did not come up within {_START_TIMEOUT_S:.0f} s"
        raise BackgroundError(f"{self.purpose} {what}; its log is {self.log_file} and ends with:\n{said}")

    def _read(self) -> Address | None:
        try:
            return Address(**json.loads(self._address_file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether the pid still is what the address file says; the system uses pids again."""
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            return sys.platform == "darwin" and _exists(pid)
        except OSError:
            return False
        return all(word.encode() in words for word in self.argv)

    @contextlib.contextmanager
    def _lock(self) -> Generator[None]:
        with (self.directory / "start.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
