"""
Which TCP listeners answer more than this machine, and which process tree they belong to.

UDP is left out: a client's socket is bound to every address too, and cannot be told from a server's.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True, order=True)
class Listener:
    """
    A listening socket.

    Attributes:
        pid: who listens; None where the system does not tell, as with another account's container.
    """

    address: str
    port: int
    pid: int | None = None

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}{f' (pid {self.pid})' if self.pid is not None else ''}"


def beyond_loopback() -> Sequence[Listener]:
    """Every TCP listener of this machine that is bound to more than loopback, as far as the system shows them."""
    found = {
        Listener(connection.laddr[0], connection.laddr[1], pid)
        for pid, connection in _sockets()
        if connection.status == psutil.CONN_LISTEN and not is_loopback(connection.laddr[0])
    }
    return sorted(found, key=str)


def owned(listeners: Sequence[Listener], pids: Collection[int], ports: Collection[int] = ()) -> Sequence[Listener]:
    """
    The listeners of some processes.

    Args:
        listeners: all there are.
        pids: the processes; their descendants and the other members of their sessions count too.
        ports: whoever listens on one of these counts as well: a container engine starts its processes elsewhere.
    """
    tree = process_tree(pids) if listeners else frozenset[int]()
    return [each for each in listeners if each.pid in tree or each.port in ports]


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address; `::ffff:127.0.0.1` is loopback too."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def process_tree(pids: Collection[int]) -> frozenset[int]:
    """Processes, their descendants, and the members of their sessions, which outlive a parent in between."""
    children: dict[int, list[int]] = {}
    found = set(pids)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            children.setdefault(process.ppid(), []).append(process.pid)
            if os.getsid(process.pid) in pids:
                found.add(process.pid)
    waiting = list(found)
    while waiting:
        new = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found.update(new)
        waiting += new
    return frozenset(found)


def _sockets() -> Sequence[tuple[int | None, Any]]:
    """Every TCP socket with its process."""
    try:
        return [(each.pid, each) for each in psutil.net_connections("tcp")]
    except psutil.AccessDenied:  # macOS shows all sockets to root alone, and an account those of its own processes
        return [(process.pid, each) for process in psutil.process_iter() for each in _of_process(process)]


def _of_process(process: psutil.Process) -> Sequence[Any]:
    with contextlib.suppress(psutil.Error):
        return process.net_connections("tcp")
    return ()
