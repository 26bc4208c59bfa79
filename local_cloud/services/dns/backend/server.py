"""The name server's sockets: UDP and TCP on one loopback port, a thread for each."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from typing import Any, Final

from local_cloud.runtime.errors import BackendError
from local_cloud.services.dns.backend.wire import reply
from local_cloud.services.dns.backend.zones import Record, Zones

_LOOPBACK: Final = "127.0.0.1"
# How long a TCP client may think between two questions (RFC 7766 asks for a few seconds).
_IDLE_S: Final = 10


class DnsServer:
    """
    The name server with its zones.

    Args:
        port: on 127.0.0.1, UDP and TCP.
        zones: what it answers for; empty ones by default.
    """

    def __init__(self, port: int, zones: Zones | None = None) -> None:
        self.port = port
        self.zones = zones or Zones()
        self._servers: list[socketserver.BaseServer] = []
        self._threads: list[threading.Thread] = []

    @property
    def address(self) -> str:
        """What clients are pointed at, `127.0.0.1:5353`."""
        return f"{_LOOPBACK}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether it answers."""
        return bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        """
        Listen; a server that runs stays as it is.

        Raises:
            BackendError: the port is taken.
        """
        if self.alive:
            return
        try:
            for make in (_Udp, _Tcp):
                self._servers.append(make((_LOOPBACK, self.port), self.zones))
        except OSError as error:
            self.stop()
            raise BackendError(
                f"the name server cannot listen on {self.address}: {error.strerror}. "
                f"End what uses the port (`lsof -i :{self.port}` names it), or configure another."
            ) from error
        for server in self._servers:
            # The interval only bounds how long stopping takes.
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="name server", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop listening; the zones are kept."""
        for server in self._servers:
            if self._threads:
                server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()
        self._servers, self._threads = [], []

    def set_record(self, record_id: str, record: Record) -> None:
        """Add or replace a record; see `Zones.set_record`."""
        self.zones.set_record(record_id, record)

    def remove_record(self, record_id: str) -> None:
        """Remove a record; an unknown id is not an error."""
        self.zones.remove_record(record_id)

    def records(self) -> dict[str, Record]:
        """All records by id."""
        return self.zones.records()


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        question, answering = self.request
        answer = reply(question, _zones(self.server), udp=True)
        if answer is not None:
            with contextlib.suppress(OSError):
                answering.sendto(answer, self.client_address)


class _TcpHandler(socketserver.StreamRequestHandler):
    timeout = _IDLE_S

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while len(length := self.rfile.read(2)) == 2:
                question = self.rfile.read(struct.unpack("!H", length)[0])
                answer = reply(question, _zones(self.server), udp=False)
                if answer is None:
                    return
                self.wfile.write(struct.pack("!H", len(answer)) + answer)


class _Udp(socketserver.UDPServer):
    """Answers in its own thread: an answer is a look into a dictionary."""

    def __init__(self, address: tuple[str, int], zones: Zones) -> None:
        self.zones = zones
        super().__init__(address, _UdpHandler)


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    address_family = socket.AF_INET

    def __init__(self, address: tuple[str, int], zones: Zones) -> None:
        self.zones = zones
        super().__init__(address, _TcpHandler)


def _zones(server: Any) -> Zones:
    return server.zones
