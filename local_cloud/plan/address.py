"""
How a command finds the running plan daemon, and starts one where there is none.

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
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from local_cloud.engine.state_directories import installation_key, state_directory

_START_TIMEOUT_S: Final = 120.0
_PACKAGE: Final = Path(__file__).parents[1]


class PlanDaemonError(Exception):
    """The plan daemon cannot be started; the message says where its log is and what it said last."""


@dataclass(frozen=True)
class Address:
    """
    A running plan daemon.

    Attributes:
        pid: its process id.
        providers: the value of PULUMI_DEBUG_PROVIDERS.
        language_port: the port of the language host.
        fingerprint: the code it runs.
        salt: the encryption salt of the throwaway stacks, whose passphrase is empty.
    """

    pid: int
    providers: str
    language_port: int
    fingerprint: str
    salt: str


def directory() -> Path:
    """Where the plan daemon of this installation keeps its address, log and Pulumi home."""
    return state_directory() / "plan" / installation_key()


def fingerprint() -> str:
    """Changes whenever a file of the local cloud does, so that an edited rule is in force at the next preview."""
    stamps = sorted((str(file), file.stat().st_mtime_ns) for file in _PACKAGE.rglob("*.py"))
    return f"{hash_of(stamps):016x}"


def hash_of(stamps: list[tuple[str, int]]) -> int:
    """A hash that is the same in every process."""
    import zlib  # noqa: PLC0415  one use, off the common path

    text = json.dumps(stamps).encode()
    return (zlib.crc32(text) << 32) | zlib.adler32(text)


def running() -> Address | None:
    """The daemon that answers now and runs this very code, or None."""
    address = _read()
    if address is None or address.fingerprint != fingerprint() or not _listens(address.language_port):
        return None
    return address


def ensure(progress: Callable[[str], None]) -> Address:
    """
    The running daemon, started first where there is none.

    Raises:
        PlanDaemonError: it ended or did not come up.
    """
    address = running()
    if address is not None:
        return address
    home = directory()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(home / "start.lock"):
        address = running()  # another command may have started it while this one waited
        if address is not None:
            return address
        stop()
        progress("Starting the warm language host and the planning providers (once; they stay for the next preview)")
        return _start(home)


def stop() -> None:
    """Asks a running daemon to end after the runs it serves."""
    address = _read()
    if address is None:
        return
    (directory() / "address.json").unlink(missing_ok=True)
    if _is_plan_daemon(address.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(address.pid, signal.SIGTERM)


def write(address: Address) -> None:
    """Makes the address known; called by the daemon once it serves."""
    file = directory() / "address.json"
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(address)))
    temporary.replace(file)


def _start(home: Path) -> Address:
    log = home / "daemon.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_cloud.plan"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=home,
        )
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        address = running()
        if address is not None and address.pid == process.pid:
            return address
        time.sleep(0.02)
    last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    state = f"ended with code {process.returncode}" if process.poll() is not None else "did not come up"
    raise PlanDaemonError(f"the plan daemon {state}; its log is {log}:\n{last}")


def _read() -> Address | None:
    try:
        return Address(**json.loads((directory() / "address.json").read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def _is_plan_daemon(pid: int) -> bool:
    """Whether the pid still is what the address file says; pids are used again."""
    try:
        return b"local_cloud.plan" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return sys.platform == "darwin"


@contextlib.contextmanager
def _lock(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
