"""gRPC servers that answer their owner alone: every kind of call, from this account and from another one, over real connections."""

from __future__ import annotations

import os
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from local_cloud.runtime.network.grpc_server import OwnerOnly, endpoint, loopback_server
from local_cloud.runtime.network.ports import free_port
from tests.support.another_account import Account, only_as_root, unused_accounts

KINDS = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is on the other end")


class Echo(grpc.GenericRpcHandler):
    """One method of each kind, which returns what it was sent, and what it has been asked."""

    def __init__(self) -> None:
        self.parsed: list[bytes] = []
        self.called: list[str] = []

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        kind = handler_call_details.method.rpartition("/")[2]
        if kind not in KINDS:
            return None
        make = getattr(grpc, f"{kind}_rpc_method_handler")
        return make(lambda request, _context: self._answer(kind, request), self._parse, bytes)

    def _parse(self, message: bytes) -> bytes:
        self.parsed.append(message)
        return message

    def _answer(self, kind: str, request: Any) -> Any:
        self.called.append(kind)
        received = list(request) if kind.startswith("stream") else [request]
        return iter(received) if kind.endswith("stream") else b"".join(received)


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def port(echo: Echo) -> Iterator[int]:
    # One worker: whoever holds it keeps everybody else waiting.
    server, port = loopback_server("trial", workers=1)
    server.add_generic_rpc_handlers((echo,))
    server.start()
    yield port
    server.stop(0).wait()


@pytest.fixture
def other() -> Account:
    return unused_accounts(1)[0]


GRPC = "import grpc, grpc._channel"
CALL = """
def call(port, kind):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        method = getattr(channel, kind if kind in KINDS else "unary_unary")(f"/trial/{kind}")
        said = method(iter([b"a", b"b"]) if kind.startswith("stream") else b"a")
        return b"".join(said) if kind.endswith("stream") else said
"""
OTHERS_CALL = f"""
KINDS = {KINDS}
{CALL}
try:
    print("answered", call(*sys.argv[1:]))
except grpc.RpcError as error:
    print(error.code().name, error.details())
"""


def _call(port: int, kind: str) -> bytes:
    scope: dict[str, Any] = {"grpc": grpc, "KINDS": KINDS}
    exec(CALL, scope)  # noqa: S102  the very text that another account runs
    return scope["call"](port, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_owner_is_answered(port: int, kind: str) -> None:
    assert _call(port, kind) == (b"ab" if kind.startswith("stream") else b"a")


def test_a_method_that_there_is_not_is_named(port: int) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        _call(port, "other")
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert refused.value.details() == "there is no method /trial/other"


def test_a_call_without_its_request_is_refused(port: int) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel, pytest.raises(grpc.RpcError) as refused:
        channel.stream_unary("/trial/unary_unary")(iter([]))
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


@only_as_root
@pytest.mark.parametrize("kind", [*KINDS, "other"])
def test_another_account_is_refused_before_its_request_is_read(
    echo: Echo, port: int, other: Account, kind: str
) -> None:
    said = other.run(OTHERS_CALL, str(port), kind, imports=GRPC)
    assert said.startswith("PERMISSION_DENIED only the account that runs this (uid 0) is answered, and you are uid")
    assert echo.parsed == echo.called == []


@only_as_root
def test_another_account_that_says_nothing_more_holds_no_worker(port: int, other: Account) -> None:
    program = """
waiting = threading.Event()
channel = grpc.insecure_channel(f"127.0.0.1:{sys.argv[1]}")
calls = [channel.stream_unary("/trial/unary_unary").future(iter(waiting.wait, None)) for _ in range(20)]
print({call.exception().code().name for call in calls})
os._exit(0)
"""
    said = other.run(
        program, str(port), imports=f"{GRPC}\nimport threading; sys.stdout.reconfigure(line_buffering=True)"
    )
    assert said == "{'PERMISSION_DENIED'}\n"
    assert _call(port, "unary_unary") == b"a"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("ipv4:127.0.0.1:54321", ("127.0.0.1", 54321)),
        ("ipv6:[::1]:54321", None),
        ("ipv6:%5B::ffff:127.0.0.1%5D:54321", None),
        ("unix:/run/socket", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_a_peer_has_an_address_of_ipv4_or_none(name: str, address: tuple[str, int] | None) -> None:
    assert endpoint(name) == address


class Call:
    """What a handler is told of its call."""

    def __init__(self, peer: str) -> None:
        self._peer = peer
        self.said: tuple[grpc.StatusCode, str] | None = None

    def peer(self) -> str:
        return self._peer

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        self.said = (code, details)
        raise Exception  # noqa: TRY002  as gRPC does


def _checked(check: OwnerOnly, call: Call) -> bytes | None:
    handler = grpc.unary_unary_rpc_method_handler(lambda request, _context: request)
    try:
        return check.intercept_service(lambda _: handler, Call("")).stream_unary(iter([b"a"]), call)
    except Exception:
        if call.said is None:
            raise
        return None


@pytest.mark.parametrize("peer", ["ipv6:[::1]:1", "unix:/run/socket", "", "ipv4:127.0.0.1:1", "ipv4:localhost:1"])
def test_whoever_cannot_be_told_is_refused(peer: str) -> None:
    call = Call(peer)
    assert _checked(OwnerOnly(), call) is None
    assert call.said is not None
    assert call.said[0] is grpc.StatusCode.PERMISSION_DENIED


@pytest.fixture
def taken_over() -> Iterator[tuple[int, int, socket.socket]]:
    """A server's port, a client's port that another connection has by now, and the server's end of the one before."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Outside the range from which other processes get the ports of their connections.
        client = ("127.0.0.1", free_port())
        first = socket.create_connection(listener.getsockname(), source_address=client)
        held, _ = listener.accept()
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        first.close()
        with socket.create_connection(listener.getsockname(), source_address=client), held:
            yield listener.getsockname()[1], client[1], held


def test_a_call_waits_until_an_earlier_connection_with_its_addresses_is_closed(
    taken_over: tuple[int, int, socket.socket],
) -> None:
    check = OwnerOnly()
    check.port, client, held = taken_over
    answers: list[bytes | None] = []
    call = threading.Thread(target=lambda: answers.append(_checked(check, Call(f"ipv4:127.0.0.1:{client}"))))
    call.start()
    call.join(0.2)
    assert answers == []
    held.close()
    call.join()
    assert answers == [b"a"]


def test_a_call_is_refused_where_an_earlier_connection_is_not_closed(
    taken_over: tuple[int, int, socket.socket],
) -> None:
    check = OwnerOnly(patience_s=0.01)
    check.port, client, _ = taken_over
    call = Call(f"ipv4:127.0.0.1:{client}")
    assert _checked(check, call) is None
    assert "connections that were reset are not closed yet" in str(call.said)


FRAMES = """
def frame(kind, flags, stream, payload):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


def header(name, value):
    return b"\\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


PREFACE = b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0, b"")
HEADERS = b"".join(
    header(name, value)
    for name, value in (
        (b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/trial/unary_unary"), (b":authority", b"trial"),
        (b"content-type", b"application/grpc"), (b"te", b"trailers"),
    )
)
CALL = frame(1, 4, 1, HEADERS) + frame(0, 1, 1, b"\\0" + struct.pack("!I", 7) + b"planted")
"""
# Calls and resets, after a moment that differs each time so that one of them is the worst.
PLANTS = f"""
{FRAMES}
for turn in range(int(sys.argv[2])):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.connect(("127.0.0.1", int(sys.argv[1])))
        client.sendall(PREFACE)
        print(client.getsockname()[1], flush=True)
        input()
        client.sendall(CALL)
        until = time.perf_counter() + turn % 30 * 20e-6
        while time.perf_counter() < until:
            pass
"""
TURNS = 300


@only_as_root
def test_a_call_over_a_connection_whose_port_the_owner_gets_next_is_not_the_owners(
    echo: Echo, port: int, other: Account
) -> None:
    taken = 0
    with other.popen(PLANTS, str(port), str(TURNS), imports="import socket, struct, time") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in process.stdout:
            process.stdin.write("\n")
            process.stdin.flush()
            taken += _take(int(line), port)
    assert process.returncode == 0
    assert _call(port, "unary_unary") == b"a"
    assert taken > TURNS // 2
    assert b"planted" not in echo.parsed


def _take(client: int, port: int) -> bool:
    """Connects from this port as soon as it is free."""
    for _ in range(20_000):
        with socket.socket() as mine:
            mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            mine.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                mine.bind(("127.0.0.1", client))
                mine.connect(("127.0.0.1", port))
            except OSError:
                os.sched_yield()
                continue
            threading.Event().wait(0.005)  # for as long as a call of the one before may be under way
            return True
    return False
