"""Who is on the other end: what is sent to the kernel and what comes back, byte by byte, then real connections."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from local_cloud.runtime.network import peers
from local_cloud.runtime.network.peers import (
    Peer,
    decode,
    encode,
    holds_reset_connections,
    look_up,
    refusal,
    refusal_of,
)
from tests.support.another_account import only_as_root, unused_accounts

CLIENT, SERVER = ("127.0.0.1", 0xA1B2), ("127.0.0.1", 0xC3D4)
LOOPBACK = bytes([127, 0, 0, 1]) + bytes(12)
MAPPED = bytes(10) + b"\xff\xff" + bytes([127, 0, 0, 1])
ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is on the other end")


def _answer(**told: object) -> bytes:
    fields = {
        "family": socket.AF_INET,
        "state": 1,
        "source_port": b"\xa1\xb2",
        "target_port": b"\xc3\xd4",
        "source": LOOPBACK,
        "target": LOOPBACK,
        "cookie": (7, 1),
        "uid": 1000,
        "inode": 4242,
        **told,
    }
    socket_id = fields["source_port"] + fields["target_port"] + fields["source"] + fields["target"]
    body = struct.pack("=BBBB", fields["family"], fields["state"], 0, 0) + socket_id
    body += struct.pack("=III", 0, *fields["cookie"]) + struct.pack("=IIIII", 0, 0, 0, fields["uid"], fields["inode"])
    return struct.pack("=IHHII", 16 + len(body), 20, 0, 0, 0) + body


def _error(code: int) -> bytes:
    return struct.pack("=IHHIIi", 36, 2, 0, 0, 0, -code) + encode(CLIENT, SERVER)[:16]


def test_the_request_asks_for_one_established_tcp_connection_by_both_ends() -> None:
    header, body = encode(CLIENT, SERVER)[:16], encode(CLIENT, SERVER)[16:]
    assert header == struct.pack("=IHHII", 72, 20, 1, 0, 0)
    assert body == (
        struct.pack("=BBBBI", 2, 6, 0, 0, 1 << 1)
        + b"\xa1\xb2\xc3\xd4"
        + LOOPBACK
        + LOOPBACK
        + struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    )


@pytest.mark.parametrize("address", ["::1", "::ffff:127.0.0.1", "localhost", "", "127.0.0.1%lo", "[::1]"])
def test_what_is_no_ipv4_address_is_not_asked_about(address: str) -> None:
    with pytest.raises(ValueError, match="is no IPv4 address"):
        encode((address, 1), SERVER)
    assert "is no IPv4 address" in (refusal((address, 1), SERVER) or "")


def test_the_answer_is_read() -> None:
    assert decode(_answer(), CLIENT, SERVER) == Peer(uid=1000, inode=4242, established=True, connection=(1 << 32) + 7)


def test_an_ipv6_socket_tells_its_address_as_a_mapped_one() -> None:
    answer = _answer(family=socket.AF_INET6, source=MAPPED, target=MAPPED)
    assert decode(answer, CLIENT, SERVER) == decode(_answer(), CLIENT, SERVER)


@pytest.mark.parametrize("state", range(2, 13))
def test_only_an_established_connection_is_one(state: int) -> None:
    found = decode(_answer(state=state), CLIENT, SERVER)
    assert found is not None
    assert not found.established
    assert refusal_of(found) is not None


@pytest.mark.parametrize(
    "other",
    [
        {"source_port": b"\xa1\xb3"},
        {"target_port": b"\0\0", "target": bytes(16)},  # a listener at the client's port
        {"source": bytes([127, 0, 0, 2]) + bytes(12)},
        {"target": bytes([10, 0, 0, 1]) + bytes(12)},
        {"source": bytes(12) + bytes([127, 0, 0, 1])},  # ::127.0.0.1 is no mapped address
    ],
)
def test_an_answer_about_another_connection_is_none(other: dict[str, bytes]) -> None:
    assert decode(_answer(**other), CLIENT, SERVER) is None


def test_no_such_connection_is_none() -> None:
    assert decode(_error(errno.ENOENT), CLIENT, SERVER) is None


@pytest.mark.parametrize("code", [errno.EPERM, errno.EINVAL, errno.ENOBUFS])
def test_a_kernel_that_refuses_tells_nothing(code: int) -> None:
    with pytest.raises(OSError, match=os.strerror(code)):
        decode(_error(code), CLIENT, SERVER)


@pytest.mark.parametrize("answer", [_answer()[:60], struct.pack("=IHHII", 16, 3, 0, 0, 0)])
def test_an_answer_that_is_none_tells_nothing(answer: bytes) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.EBADMSG)):
        decode(answer, CLIENT, SERVER)


def test_only_the_owner_is_answered() -> None:
    mine = Peer(uid=os.geteuid(), inode=1, established=True, connection=1)
    assert refusal_of(mine) is None
    assert "you are uid" in (refusal_of(Peer(os.geteuid() + 1, 1, True, 1)) or "")
    assert "not there any more" in (refusal_of(Peer(os.geteuid(), 0, True, 1)) or "")
    assert "not there any more" in (refusal_of(None) or "")


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def _reset(connection: socket.socket) -> None:
    """Closes it in the way after which its addresses are free at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@ONLY_LINUX
def test_a_connection_of_our_own_is_ours(server: socket.socket) -> None:
    peers.require()
    with socket.create_connection(server.getsockname()) as client:
        found = look_up(client.getsockname(), server.getsockname())
        assert found is not None
        assert (found.uid, found.inode) == (os.geteuid(), os.fstat(client.fileno()).st_ino)
        assert refusal(client.getsockname(), server.getsockname()) is None


@ONLY_LINUX
def test_an_ipv6_socket_that_came_over_ipv4_is_found(server: socket.socket) -> None:
    with socket.socket(socket.AF_INET6) as client:
        client.connect(("::ffff:127.0.0.1", server.getsockname()[1]))
        assert refusal(("127.0.0.1", client.getsockname()[1]), server.getsockname()) is None


@ONLY_LINUX
def test_any_address_of_loopback_may_be_the_clients(server: socket.socket) -> None:
    with socket.create_connection(server.getsockname(), source_address=("127.9.9.9", 0)) as client:
        assert refusal(client.getsockname(), server.getsockname()) is None
        assert refusal(("127.0.0.1", client.getsockname()[1]), server.getsockname()) is not None


@ONLY_LINUX
@pytest.mark.parametrize("end", [socket.socket.close, _reset, lambda client: client.shutdown(socket.SHUT_WR)])
def test_a_connection_that_ended_is_nobodys(server: socket.socket, end) -> None:
    client = socket.create_connection(server.getsockname())
    address = client.getsockname()
    held, _ = server.accept()
    with held, client:
        end(client)
        assert "not there any more" in (refusal(address, server.getsockname()) or "")


@ONLY_LINUX
def test_a_listener_at_the_port_of_a_client_that_is_gone_is_not_taken_for_it(server: socket.socket) -> None:
    client = socket.create_connection(server.getsockname())
    address = client.getsockname()
    _reset(client)
    with socket.create_server(address):
        assert look_up(address, server.getsockname()) is None


@ONLY_LINUX
def test_another_connection_with_the_same_addresses_is_told_apart(server: socket.socket) -> None:
    first = socket.create_connection(server.getsockname())
    address = first.getsockname()
    before = look_up(address, server.getsockname())
    _reset(first)
    with socket.create_connection(server.getsockname(), source_address=address):
        after = look_up(address, server.getsockname())
    assert before is not None
    assert after is not None
    assert before.connection != after.connection


@ONLY_LINUX
def test_a_reset_connection_is_seen_until_it_is_closed(server: socket.socket) -> None:
    port = server.getsockname()[1]
    client = socket.create_connection(server.getsockname())
    held, _ = server.accept()
    assert not holds_reset_connections(port)
    _reset(client)
    assert holds_reset_connections(port)
    assert not holds_reset_connections(port + 1)
    held.close()
    assert not holds_reset_connections(port)


@ONLY_LINUX
@only_as_root
def test_another_accounts_connection_is_its_own(server: socket.socket) -> None:
    (other,) = unused_accounts(1)
    program = (
        "c = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); print(c.getsockname()[1], flush=True); input()"
    )
    with other.popen(program, str(server.getsockname()[1]), imports="import socket") as process:
        assert process.stdout is not None
        client = ("127.0.0.1", int(process.stdout.readline()))
        found = look_up(client, server.getsockname())
        assert found is not None
        assert (found.uid, found.established) == (other.uid, True)
        assert f"you are uid {other.uid}" in (refusal(client, server.getsockname()) or "")
        process.communicate("\n")
    assert refusal(client, server.getsockname()) is not None
