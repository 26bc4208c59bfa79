"""
The engine on the other end of a connection: its environment and its command line.

The official host is a child of the engine and inherits its environment; ours is not, so it reads it from the system. Where the
system cannot tell (no /proc), the daemon's own environment stands in and debug messages are sent to be safe.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TCP_TABLES: Final = ("/proc/net/tcp", "/proc/net/tcp6")
_DEBUG_FLAGS: Final = frozenset({"--debug", "-d", "--debug=true"})


@dataclass(frozen=True)
class EngineProcess:
    """
    What is known of the engine's process.

    Attributes:
        environment: its environment.
        debug: whether it shows debug messages.
    """

    environment: dict[str, str]
    debug: bool


def behind(peer: str) -> EngineProcess:
    """
    The process behind a gRPC peer.

    Args:
        peer: as gRPC names it, `ipv4:127.0.0.1:54321`.
    """
    pid = _owner(int(peer.rsplit(":", 1)[-1]))
    if pid is None:
        return EngineProcess(dict(os.environ), debug=True)
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return EngineProcess(dict(os.environ), debug=True)
    pairs = (item.partition(b"=") for item in environment.split(b"\0") if b"=" in item)
    words = {os.fsdecode(word) for word in arguments.split(b"\0")}
    return EngineProcess(
        {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}, debug=bool(words & _DEBUG_FLAGS)
    )


def _owner(port: int) -> int | None:
    """The process that holds the socket of a local port."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not wanted:
        return None
    for directory in _processes():
        with contextlib.suppress(OSError):
            for descriptor in os.listdir(f"{directory}/fd"):  # noqa: PTH208  a Path a descriptor would cost more than all else
                with contextlib.suppress(OSError):
                    if os.readlink(f"{directory}/fd/{descriptor}") in wanted:  # noqa: PTH115
                        return int(directory.rsplit("/", 1)[-1])
    return None


def _processes() -> Iterator[str]:
    """Our own processes, the youngest first: the engine has just started."""
    mine = os.getuid()
    found: list[int] = []
    for name in os.listdir("/proc"):  # noqa: PTH208  as above
        with contextlib.suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == mine:  # noqa: PTH116
                found.append(int(name))
    return (f"/proc/{pid}" for pid in sorted(found, reverse=True))


def _inodes(port: int) -> Iterator[str]:
    for table in _TCP_TABLES:
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if int(fields[1].rsplit(":", 1)[-1], 16) == port and fields[9] != "0":
                    yield fields[9]
