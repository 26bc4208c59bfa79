"""Silent connections go when there are too many; those at work stay."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from local_cloud.services.object_storage.backend.connections import Connections

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    """Connections; first the server's end, then the client's."""
    made = [socket.socketpair() for _ in range(4)]
    yield made
    for pair in made:
        for end in pair:
            end.close()


def _serve(connections: Connections, pair: Pair, *, asked: bool) -> threading.Thread:
    """Admit one, and serve it until the client or somebody else ends it."""
    connection = connections.admit(pair[0])
    connection.asked = asked

    def serve() -> None:
        with connections.serving(connection), contextlib.suppress(OSError):
            while pair[0].recv(1000):
                connection.heard()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def _ended(pair: Pair) -> bool:
    pair[1].settimeout(0.2)
    try:
        return pair[1].recv(1) == b""
    except TimeoutError:
        return False


def test_the_one_that_was_silent_longest_goes_first(pairs: list[Pair]) -> None:
    connections = Connections(2)
    for pair in pairs[:3]:
        _serve(connections, pair, asked=False)
    assert [_ended(pair) for pair in pairs[:3]] == [True, False, False]


def test_one_without_a_request_goes_before_one_with(pairs: list[Pair]) -> None:
    connections = Connections(2, at_work_s=0)
    _serve(connections, pairs[0], asked=True)
    _serve(connections, pairs[1], asked=False)
    _serve(connections, pairs[2], asked=False)
    assert [_ended(pair) for pair in pairs[:3]] == [False, True, False]


def test_one_at_work_is_not_ended_and_the_next_waits_for_it(pairs: list[Pair]) -> None:
    connections = Connections(1)
    _serve(connections, pairs[0], asked=True)
    admitted = threading.Event()
    waiting = threading.Thread(target=lambda: (_serve(connections, pairs[1], asked=False), admitted.set()), daemon=True)
    waiting.start()
    assert not admitted.wait(0.3)
    assert not _ended(pairs[0])
    pairs[0][1].close()
    assert admitted.wait(10)
    waiting.join()


def test_one_with_a_request_that_stays_silent_goes_too(pairs: list[Pair]) -> None:
    connections = Connections(1, at_work_s=0)
    _serve(connections, pairs[0], asked=True)
    _serve(connections, pairs[1], asked=True)
    assert _ended(pairs[0])
    assert not _ended(pairs[1])


def test_what_is_over_is_forgotten(pairs: list[Pair]) -> None:
    connections = Connections(2)
    threads = [_serve(connections, pair, asked=False) for pair in pairs[:2]]
    for pair, thread in zip(pairs, threads, strict=False):
        pair[1].close()
        thread.join()
    assert len(connections) == 0
