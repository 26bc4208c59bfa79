"""
The engine on the other end of a connection: its environment, its command line and its directory.

The official host is a child of the engine and inherits its environment; ours is not, so it reads it from the system. Where the
system cannot tell (no /proc), the daemon's own environment stands in and debug messages are sent to be safe.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local_cloud.runtime.network import peers
from local_cloud.runtime.network.grpc_server import LOOPBACK, endpoint

_PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")
_DEBUG_OPTION: Final = "PULUMI_OPTION_DEBUG"
_SHORT_FLAGS: Final = re.compile(r"-[a-zA-Z]+")  # several may share a dash
_FALSE: Final = frozenset({"0", "f", "F", "false", "False", "FALSE"})  # to the command line's parser of flags


@dataclass(frozen=True)
class EngineProcess:
    """
    What is known of the engine's process.

    Attributes:
        environment: its environment.
        debug: whether it shows debug messages.
        directory: where it works; None where the system cannot tell.
        pid: its number; 0 where the system cannot tell.
    """

    environment: dict[str, str]
    debug: bool
    directory: Path | None = None
    pid: int = 0

    @property
    def project_root(self) -> Path | None:
        """The directory of the project that it runs: the nearest one above with a `Pulumi.yaml`."""
        if self.directory is None:
            return None
        above = (self.directory, *self.directory.parents)
        return next((each for each in above if any((each / name).is_file() for name in _PROJECT_FILES)), None)


def behind(peer: str, port: int) -> EngineProcess:
    """
    The process behind a gRPC peer.

    Args:
        peer: as gRPC names it, `ipv4:127.0.0.1:54321`.
        port: of the server that it called.
    """
    pid = _owner(peer, port)
    if pid is None:
        return EngineProcess(dict(os.environ), debug=True)
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        directory = Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return EngineProcess(dict(os.environ), debug=True)
    pairs = (item.partition(b"=") for item in environment.split(b"\0") if b"=" in item)
    variables = {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
    words = [os.fsdecode(word) for word in arguments.split(b"\0")]
    return EngineProcess(variables, debug=shows_debug_messages(words, variables), directory=directory, pid=pid)


def shows_debug_messages(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """
    Whether a command line asks for debug messages; a flag goes before the variable, and the last flag before the others.

    Args:
        words: the command line.
        environment: the process's environment.
    """
    shows = environment.get(_DEBUG_OPTION, "0") not in _FALSE | {""}
    for word in words:
        name, given, value = word.partition("=")
        if name == "--debug":
            shows = not given or value not in _FALSE
        elif _SHORT_FLAGS.fullmatch(name) and "d" in name:
            shows = True
    return shows


def _owner(peer: str, port: int) -> int | None:
    """The process that holds the other end of a connection."""
    client = endpoint(peer)
    if client is None or not peers.SUPPORTED:
        return None
    found = peers.look_up(client, (LOOPBACK, port))
    if found is None or not found.inode:
        return None
    wanted = f"socket:[{found.inode}]"
    for directory in _processes():
        with contextlib.suppress(OSError):
            for descriptor in os.listdir(f"{directory}/fd"):  # noqa: PTH208  a Path a descriptor would cost more than all else
                with contextlib.suppress(OSError):
                    if os.readlink(f"{directory}/fd/{descriptor}") == wanted:  # noqa: PTH115
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
