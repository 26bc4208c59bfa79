"""What really listens on this machine, and which row of the table of listeners it is."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psutil

from local_cloud.background import Address
from local_cloud.listener_table import (
    CALLBACKS,
    ENGINE,
    LANGUAGE_HOST,
    MONITOR,
    POLICY_PACK,
    POLICY_PROXY,
    PROVIDERS,
    Row,
    Transport,
    row,
    row_of_port,
    row_of_socket,
)
from local_cloud.runtime.network.listeners import process_tree

_LISTENING = 0x10000  # <linux/net.h>, __SO_ACCEPTCON
_DATAGRAMS = "0002"
_ENGINES_PROGRAM = "pulumi"


@dataclass(frozen=True)
class Socket:
    """A socket that takes connections or datagrams; `where` is a port, or the path of a unix socket."""

    transport: Transport
    address: str
    where: int | str
    pid: int


def sockets_of(pids: Collection[int]) -> set[Socket]:
    """All of some processes and their descendants."""
    tree = process_tree(pids)
    return {*_of_network(tree), *_of_files(tree)}


def _of_network(pids: Collection[int]) -> Iterator[Socket]:
    for each in psutil.net_connections("inet"):
        if each.pid not in pids or each.pid is None:
            continue
        if each.status == psutil.CONN_LISTEN:
            yield Socket("tcp", each.laddr[0], each.laddr[1], each.pid)
        elif each.status == psutil.CONN_NONE and not each.raddr:
            yield Socket("udp", each.laddr[0], each.laddr[1], each.pid)


def _of_files(pids: Collection[int]) -> Iterator[Socket]:
    holders: dict[str, int] = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    holders[str(entry.readlink())] = pid
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        _, _, _, flags, kind, _, inode, *path = line.split(maxsplit=7)
        pid = holders.get(f"socket:[{inode}]")
        if pid is not None and path and (int(flags, 16) & _LISTENING or kind == _DATAGRAMS):
            yield Socket("unix", "", path[0], pid)


@dataclass(frozen=True)
class Daemon:
    """
    A daemon of ours, and what it says of its own ports.

    Attributes:
        address: what it published.
        ports: what is in `ports.json`, by port; nothing for the plan daemon.
    """

    address: Address
    ports: dict[int, str]

    @classmethod
    def of(cls, address: Address, state: Path | None = None) -> Daemon:
        recorded = json.loads((state / "ports.json").read_text()) if state is not None else {}
        return cls(address, {port: name for name, port in recorded.items()})

    @property
    def sockets(self) -> set[Socket]:
        """Everything that it listens on, with the processes that it started."""
        return sockets_of([self.address.pid])

    def row(self, socket: Socket) -> Row | None:
        """What a socket is by the table; None for one that nobody declared."""
        if isinstance(socket.where, str):
            return row_of_socket(socket.where)
        if socket.where in self.ports:
            return row_of_port(self.ports[socket.where])
        if socket.pid == self.address.pid:
            return self._row_of_grpc(socket.where)
        return row_in_a_run(socket)

    def _row_of_grpc(self, port: int) -> Row | None:
        providers = self.address.facts["providers"].split(",")
        if port == self.address.port:
            return row(LANGUAGE_HOST)
        if port in [int(each.partition(":")[2]) for each in providers]:
            return row(PROVIDERS)
        return row(POLICY_PROXY) if _implements(port, "/pulumirpc.Analyzer/Handshake") else None


def row_in_a_run(socket: Socket) -> Row | None:
    """
    What a server of the engine, of a program or of a policy pack is: each is asked for what only its kind implements.

    The engine opens several: its monitor, its log, and for plugins schema loaders, name mappers and the like, by version.
    """
    port = int(socket.where)
    with contextlib.suppress(psutil.Error):
        if Path(psutil.Process(socket.pid).exe()).name == _ENGINES_PROGRAM:
            return row(MONITOR if _implements(port, "/pulumirpc.ResourceMonitor/SupportsFeature") else ENGINE)
    if _implements(port, "/pulumirpc.Callbacks/Invoke"):
        return row(CALLBACKS)
    return row(POLICY_PACK) if _implements(port, "/pulumirpc.Analyzer/GetPluginInfo") else None


def _implements(port: int, method: str) -> bool:
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
        call: Any = channel.unary_unary(method)
        try:
            call(b"", timeout=10)
        except grpc.RpcError as error:
            refused: Any = error
            return refused.code() not in {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNAVAILABLE}
    return True


def undeclared(found: Sequence[tuple[Socket, Row | None]]) -> list[str]:
    """What listens and is in no row, or in one that knows no such socket, or elsewhere than on loopback; for people."""
    wrong: list[str] = []
    for socket, known in found:
        if known is None or socket.transport not in known.transports:
            wrong.append(f"{socket} is in no row of the table")
        elif socket.transport != "unix" and socket.address not in {"127.0.0.1", "::ffff:127.0.0.1"}:
            wrong.append(f"{socket} ({known.name}) listens on more than 127.0.0.1")
    return wrong
