"""Which listeners answer more than this machine, by real sockets of real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import psutil
import pytest

from local_cloud.runtime.network import listeners
from local_cloud.runtime.network.listeners import Listener, beyond_loopback, is_loopback, owned

# Listens and never accepts, until its standard input ends.
LISTEN = """
import socket, sys
sockets = [socket.socket(socket.AF_INET6 if ":" in each else socket.AF_INET) for each in sys.argv[1:]]
for each, address in zip(sockets, sys.argv[1:]):
    each.bind((address, 0))
    each.listen(1)
print(*(each.getsockname()[1] for each in sockets), flush=True)
sys.stdin.read()
"""
# The child leads a session of its own.
IN_ANOTHER_SESSION = ("setsid", "--wait")


@contextmanager
def listening(*addresses: str, through: tuple[str, ...] = ()) -> Iterator[tuple[int, list[int]]]:
    command = [*through, sys.executable, "-c", LISTEN, *addresses]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        ports = [int(port) for port in process.stdout.readline().split()]
        try:
            yield process.pid, ports
        finally:
            assert process.stdin is not None
            process.stdin.close()


@pytest.mark.parametrize("through", [(), IN_ANOTHER_SESSION], ids=["itself", "through another session"])
def test_only_what_is_bound_to_more_than_loopback_is_named(through: tuple[str, ...]) -> None:
    with listening("127.0.0.1", "0.0.0.0", "::1", "::", through=through) as (pid, ports):
        found = owned(beyond_loopback(), [pid])
    assert {(each.address, each.port) for each in found} == {("0.0.0.0", ports[1]), ("::", ports[3])}


def test_a_listener_is_found_behind_a_shell() -> None:
    through = ("sh", "-c", 'exec 3<&0; "$@" <&3 & wait', "sh")
    with listening("0.0.0.0", through=through) as (pid, [port]):
        [found] = owned(beyond_loopback(), [pid])
        assert (found.port, psutil.Process(found.pid).ppid()) == (port, pid)


def test_the_listeners_of_others_are_not_named() -> None:
    with listening("0.0.0.0"), listening("127.0.0.1") as (pid, _):
        assert owned(beyond_loopback(), [pid]) == []


def test_whoever_listens_on_a_port_of_the_app_counts_whatever_started_it() -> None:
    with listening("0.0.0.0") as (_, [port]):
        assert [each.port for each in owned(beyond_loopback(), [os.getpid()], [port])] == [port]


def test_where_the_system_shows_all_sockets_to_root_alone_each_process_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(kind: str) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(listeners, "psutil", SimpleNamespace(**vars(psutil) | {"net_connections": refuse}))
    with listening("0.0.0.0") as (pid, [port]):
        assert [each.port for each in owned(beyond_loopback(), [pid])] == [port]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "::1%lo"])
def test_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.0.7", "::ffff:0.0.0.0", "fe80::1%eth0"])
def test_not_loopback(address: str) -> None:
    assert not is_loopback(address)


def test_a_listener_is_shown_as_people_write_it() -> None:
    assert str(Listener("0.0.0.0", 8080, 12)) == "0.0.0.0:8080 (pid 12)"
    assert str(Listener("::", 8080)) == "[::]:8080"
