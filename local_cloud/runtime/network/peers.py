"""
Who is on the other end of a TCP connection on this machine.

The kernel is asked for the exact pair of addresses over NETLINK_SOCK_DIAG: one request and one answer, about 10 µs, where reading
`/proc/net/tcp` takes milliseconds. No special rights are needed. Only Linux has it; elsewhere nothing is told.

An answer is about the connection that has the two addresses now. What a server has read may have come over an earlier one: somebody
sends a request, resets the connection, and the owner's next one happens to get its port. `holds_reset_connections` tells whether
that can be.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Any, Final

from local_cloud.runtime.errors import BackendError

SUPPORTED: Final = sys.platform == "linux"
"""Whether this system tells who is on the other end."""

Endpoint = tuple[str, int]
"""An IPv4 address and a port."""

# <linux/netlink.h>, <linux/sock_diag.h>, <linux/inet_diag.h>, <net/tcp_states.h>
_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_NLM_F_REQUEST: Final = 1
_NLMSG_ERROR: Final = 2
_TCP_ESTABLISHED: Final = 1
_TCP_CLOSE: Final = 7
_NO_COOKIE: Final = 0xFFFFFFFFFFFFFFFF
_HEADER: Final = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_REQUEST: Final = struct.Struct("=BBBBI 2s2s16s16sIQ")  # inet_diag_req_v2: family, protocol, extensions, states, sockid
_ANSWER: Final = struct.Struct("=BBBB 2s2s16s16sIQ IIIII")  # inet_diag_msg: family, state, sockid, ..., uid, inode
_ERROR: Final = struct.Struct("=i")
_LARGEST_ANSWER_BYTES: Final = 8192
_ADDRESS_BYTES: Final = 16
_MAPPED: Final = bytes(10) + b"\xff\xff"


class PeersUnknown(BackendError):  # noqa: N818  says what happened
    """This kernel does not tell who is on the other end of a connection; the message says what to do."""


@dataclass(frozen=True)
class Peer:
    """
    The socket on the other end.

    Attributes:
        uid: the account that it belongs to. A socket that nobody holds any more shows 0, as root's do.
        inode: names it in `/proc/PID/fd`; 0 where no process holds it.
        established: whether the connection is up.
        connection: differs for every socket since the machine was started, whatever its addresses.
    """

    uid: int
    inode: int
    established: bool
    connection: int


def look_up(client: Endpoint, server: Endpoint) -> Peer | None:
    """
    The client's end of a connection; None where there is none with these addresses.

    Args:
        client: the address that it comes from.
        server: the address that it goes to.

    Raises:
        PeersUnknown: the kernel does not tell.
        ValueError: an address is no IPv4 address.
    """
    if not SUPPORTED:
        raise PeersUnknown(f"{sys.platform} does not tell who is on the other end of a connection")
    request = encode(client, server)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as kernel:
            kernel.sendto(request, (0, 0))
            answer = kernel.recv(_LARGEST_ANSWER_BYTES)
        return decode(answer, client, server)
    except OSError as error:
        raise PeersUnknown(
            f"the kernel does not tell who is on the other end of a connection (NETLINK_SOCK_DIAG: {error.strerror}); "
            "`sudo modprobe tcp_diag` adds what is missing, a sandbox or a container may have to permit it"
        ) from error


def refusal(client: Endpoint, server: Endpoint) -> str | None:
    """Why whoever is on the other end is not answered, for people; None where it is the account that this process runs as."""
    try:
        return refusal_of(look_up(client, server))
    except (PeersUnknown, ValueError) as error:
        return str(error)


def refusal_of(peer: Peer | None) -> str | None:
    """Why a peer is not answered, for people; None where it is the account that this process runs as."""
    owner = os.geteuid()
    if peer is None or not peer.established or not peer.inode:
        return f"only the account that runs this (uid {owner}) is answered, and the connection's other end is not there any more"
    if peer.uid != owner:
        return f"only the account that runs this (uid {owner}) is answered, and you are uid {peer.uid}"
    return None


def holds_reset_connections(port: int) -> bool:
    """
    Whether this process holds a connection to a port of its own that was reset and is not closed yet.

    Its addresses may be those of another connection by now. Where there is none, all that came over earlier connections with the
    addresses of one that is up now has been dropped by whoever closed them.
    """
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208  a Path a descriptor would cost more than all else
        try:
            held = socket.socket(fileno=int(name))
        except OSError:  # no socket, or closed meanwhile
            continue
        try:
            if held.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_CLOSE and _local_port(held) == port:
                return True
        except OSError:  # no TCP socket
            continue
        finally:
            held.detach()  # somebody else's to close
    return False


def require() -> None:
    """
    Looks up a connection of our own: a server that could not tell would refuse everybody.

    Raises:
        PeersUnknown: the kernel does not tell, or tells something else than what is.
    """
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        found = look_up(client.getsockname(), server.getsockname())
        why = refusal_of(found)
        if why is not None:
            raise PeersUnknown(f"the kernel does not know this process's own connection: {why}")


def encode(client: Endpoint, server: Endpoint) -> bytes:
    """The request for one connection: the client's end, so its address is the source."""
    body = _REQUEST.pack(
        *(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 1 << _TCP_ESTABLISHED),
        *(_port(client), _port(server), _address(client), _address(server)),
        *(0, _NO_COOKIE),
    )
    return _HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 0, 0) + body


def decode(answer: bytes, client: Endpoint, server: Endpoint) -> Peer | None:
    """
    The kernel's answer; None for none such.

    Raises:
        OSError: it refuses, or the answer is none to this request.
    """
    _, kind, _, _, _ = _HEADER.unpack_from(answer)
    if kind == _NLMSG_ERROR:
        code = -_ERROR.unpack_from(answer, _HEADER.size)[0]
        if code == errno.ENOENT:
            return None
        raise OSError(code, os.strerror(code))
    if kind != _SOCK_DIAG_BY_FAMILY or len(answer) < _HEADER.size + _ANSWER.size:
        raise OSError(errno.EBADMSG, os.strerror(errno.EBADMSG))
    _, state, _, _, *rest = _ANSWER.unpack_from(answer, _HEADER.size)
    source_port, target_port, source, target, _, connection, _, _, _, uid, inode = rest
    asked = _is(source_port, source, client) and _is(target_port, target, server)
    if not asked:  # where no connection has the addresses the kernel answers with a listener at the client's port
        return None
    return Peer(uid=uid, inode=inode, established=state == _TCP_ESTABLISHED, connection=connection)


def _local_port(held: socket.socket) -> int:
    address: Any = held.getsockname()
    return int(address[1]) if held.family in (socket.AF_INET, socket.AF_INET6) else 0


def _port(endpoint: Endpoint) -> bytes:
    return struct.pack("!H", endpoint[1])


def _address(endpoint: Endpoint) -> bytes:
    try:
        return socket.inet_pton(socket.AF_INET, endpoint[0])
    except OSError:
        raise ValueError(f"{endpoint[0]!r} is no IPv4 address") from None


def _is(port: bytes, address: bytes, endpoint: Endpoint) -> bool:
    """Whether the answer tells of this address; an IPv6 socket shows it as a mapped one."""
    asked = _address(endpoint)
    return port == _port(endpoint) and address in (asked.ljust(_ADDRESS_BYTES, b"\0"), _MAPPED + asked)
