"""
The process at the other end of a loopback connection: its environment and arguments.

A host that the engine starts inherits both; one that the engine attaches to is told neither, so it asks the operating system. Only
Linux answers; elsewhere the daemon's own environment stands in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_ESTABLISHED = "01"
_TRUE = frozenset({"1", "t", "true"})


@dataclass(frozen=True)
class EngineProcess:
    """An engine, as far as it is known.

    Attributes:
        pid: None when it could not be found.
        arguments: empty when it could not be found.
        environ: this process's own when it could not be found.
    """

    pid: int | None
    arguments: tuple[str, ...]
    environ: Mapping[str, str]

    @property
    def shows_debug_messages(self) -> bool:
        """Whether debug messages reach anybody; true when in doubt."""
        if self.pid is None:
            return True
        options = self.arguments[1 : self.arguments.index("--")] if "--" in self.arguments else self.arguments[1:]
        asked = any(
            each.partition("=")[0] in ("--debug", "--logtostderr") or (each[:1] == "-" != each[1:2] and "d" in each)
            for each in options
        )
        return asked or self.environ.get("PULUMI_OPTION_DEBUG", "").lower() in _TRUE


def at(peer: str) -> EngineProcess:
    """
    The engine behind a gRPC peer.

    Args:
        peer: as gRPC writes it, `ipv4:127.0.0.1:40000`.
    """
    port = peer.rpartition(":")[2]
    pid = _owner(int(port)) if port.isdigit() else None
    found = None if pid is None else _read(pid)
    return found or EngineProcess(None, (), dict(os.environ))


def _read(pid: int) -> EngineProcess | None:
    try:
        arguments = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")[:-1]
        variables = (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # it has gone, or is another user's
        return None
    environ: dict[str, str] = {}
    for variable in variables:
        name, equals, value = os.fsdecode(variable).partition("=")
        if equals:
            environ[name] = value
    return EngineProcess(pid, tuple(os.fsdecode(each) for each in arguments), environ)


def _owner(port: int) -> int | None:
    inodes = {f"socket:[{inode}]" for inode in _sockets(port)}
    if not inodes:
        return None
    for pid in _candidates():
        try:
            for descriptor in os.scandir(_PROC / str(pid) / "fd"):
                if os.readlink(descriptor.path) in inodes:
                    return pid
        except OSError:  # it has gone, or is another user's
            continue
    return None


def _sockets(port: int) -> Iterator[str]:
    """The inodes of established connections from a local port; a Go client may hold a mapped IPv6 socket."""
    for table in ("tcp", "tcp6"):
        try:
            lines = (_PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if int(columns[1].rpartition(":")[2], 16) == port and columns[3] == _ESTABLISHED:
                yield columns[9]


def _candidates() -> Iterator[int]:
    """Every process, those called pulumi first, the youngest first."""
    pids = sorted((int(each.name) for each in _PROC.iterdir() if each.name.isdigit()), reverse=True)
    called_pulumi = [pid for pid in pids if _name(pid) == "pulumi"]
    yield from called_pulumi
    yield from (pid for pid in pids if pid not in called_pulumi)


def _name(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""
