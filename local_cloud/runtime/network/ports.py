"""
The port of each part: chosen once, recorded, kept across restarts, or fixed by configuration.

Only loopback is ever bound. What listens there is the parts' business.
"""

from __future__ import annotations

import contextlib
import json
import random
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import write_private

# Below the ranges from which systems take ports for outgoing connections, so that a part that is down for a
# moment does not find its port used by some client's connection.
_LOWEST, _HIGHEST = 20_000, 32_000
_TRIES = 200


class PortTaken(BackendError):  # noqa: N818  says what happened
    """A port that a part must have is in use by something else."""


@dataclass(frozen=True)
class Move:
    """
    A part whose chosen port somebody else took.

    Attributes:
        owner: `name (pid N)`, or the part that configuration gives the port to; None where the system does not tell.
    """

    name: str
    before: int
    after: int
    owner: str | None

    def __str__(self) -> str:
        return f"port {self.before} of {self.name} is taken by {_whom(self.owner)}; it moves to {self.after}"


class Ports:
    """
    The record of ports in a state directory; safe to use from several threads.

    Args:
        file: the record (JSON, name to port).
        fixed: ports that configuration prescribes, by name; they win over recorded ones.
    """

    def __init__(self, file: Path, fixed: Mapping[str, int] | None = None) -> None:
        self._file = file
        self._fixed = dict(fixed or {})
        self._lock = threading.Lock()
        self._asked: set[str] = set()
        uses = Counter(self._fixed.values())
        twice = sorted(name for name, port in self._fixed.items() if uses[port] > 1)
        if twice:
            raise PortTaken(f"the same port is configured for {' and '.join(twice)}: give each its own")

    @property
    def parts(self) -> list[str]:
        """Whoever asked for a port so far."""
        with self._lock:
            return sorted(self._asked)

    def port(self, name: str) -> int:
        """The port of a part: the configured one, the recorded one, or a free one that is recorded now."""
        with self._lock:
            self._asked.add(name)
            if name in self._fixed:
                return self._fixed[name]
            recorded = self._read()
            if name not in recorded:
                recorded[name] = free_port(avoid={*recorded.values(), *self._fixed.values()})
                self._write(recorded)
            return recorded[name]

    def settle(self) -> list[Move]:
        """
        Before any part listens: whoever's chosen port was taken by somebody else meanwhile gets another one.

        Returns:
            Who moved.

        Raises:
            PortTaken: ports that configuration prescribes are taken; the message names them all.
        """
        taken = [self._taken(name) for name, port in sorted(self._fixed.items()) if not is_free(port)]
        if taken:
            raise PortTaken("\n".join(taken))
        moves: list[Move] = []
        fixed = {port: name for name, port in self._fixed.items()}
        with self._lock:
            recorded = self._read()
            lost = [
                name
                for name, port in recorded.items()
                if name not in self._fixed and (port in fixed or not is_free(port))
            ]
            for name in lost:
                before = recorded.pop(name)
                recorded[name] = free_port(avoid={*recorded.values(), *self._fixed.values()})
                moves.append(Move(name, before, recorded[name], fixed.get(before) or owner_of(before)))
            if moves:
                self._write(recorded)
        return moves

    def require_free(self, name: str) -> int:
        """
        The port of a part that is about to listen on it.

        Raises:
            PortTaken: something else listens there; the message names it where the system tells.
        """
        port = self.port(name)
        if is_free(port):
            return port
        raise PortTaken(self._taken(name))

    def _taken(self, name: str) -> str:
        port = self.port(name)
        remedy = (
            f"give {name} another port in {self._file.with_suffix('.yaml')}"
            if name in self._fixed
            else "run `ignition down` and `ignition up`, which choose another"
        )
        return f"port {port} of {name} is taken by {_whom(owner_of(port))}: end it, or {remedy}"

    def forget(self, name: str) -> None:
        """Give up a recorded port, when its part is gone for good."""
        with self._lock:
            recorded = self._read()
            if recorded.pop(name, None) is not None:
                self._write(recorded)

    def recorded(self) -> dict[str, int]:
        """All ports by name, configured ones included."""
        with self._lock:
            return {**self._read(), **self._fixed}

    def _read(self) -> dict[str, int]:
        try:
            found: dict[str, object] = json.loads(self._file.read_text())
            return {name: int(str(port)) for name, port in found.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError):
            message = f"{self._file} is damaged; `rm {self._file}`, then `ignition up --refresh`, has new ports chosen"
            raise BackendError(message) from None

    def _write(self, recorded: Mapping[str, int]) -> None:
        write_private(self._file, (json.dumps(dict(sorted(recorded.items())), indent=2) + "\n").encode())


def _whom(owner: str | None) -> str:
    return owner or "another process (its owner is not visible to this user)"


def free_port(*, avoid: frozenset[int] | set[int] = frozenset()) -> int:
    """A loopback port that is free for TCP and UDP now."""
    for _ in range(_TRIES):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311  any free one will do
        if port not in avoid and is_free(port):
            return port
    raise PortTaken(
        f"no free port found between {_LOWEST} and {_HIGHEST}: close programs that listen there, "
        "or set fixed ports in the configuration"
    )


def is_free(port: int) -> bool:
    """Whether a loopback port can be bound, TCP and UDP, now."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            # A port whose last connections are still in TIME_WAIT is free for a server.
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def owner_of(port: int) -> str | None:
    """The program that listens on a TCP port, as `name (pid N)`; None where the system does not tell."""
    if sys.platform != "linux":
        return _owner_by_lsof(port)
    sockets = _listening_sockets(port)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(entry.readlink()) in sockets for entry in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
    return None


def _listening_sockets(port: int) -> set[str]:
    found: set[str] = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                listening = fields[3] == "0A" or table.startswith("udp")
                if listening and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{fields[9]}]")
    return found


def _owner_by_lsof(port: int) -> str | None:
    command = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    except OSError:
        return None
    pid = next((line[1:] for line in found if line.startswith("p")), None)
    name = next((line[1:] for line in found if line.startswith("c")), "a process")
    return f"{name} (pid {pid})" if pid else None
