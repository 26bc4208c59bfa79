"""A request's head is read strictly and written anew."""

from __future__ import annotations

import socket
import time

import pytest

from local_cloud.services.object_storage.backend.request_head import (
    NothingSent,
    NotReadable,
    RequestHead,
    read_body,
    read_head,
)


def _read(sent: bytes, within_s: float = 5) -> tuple[RequestHead, bytes]:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(sent)
        far.shutdown(socket.SHUT_WR)
        return read_head(near, within_s)


def test_what_came_of_the_body_is_given_too() -> None:
    head, begun = _read(b"PUT /media/k?a=b%2Fc&d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nbegun")
    assert (head.method, head.path, head.query) == ("PUT", "/media/k", [("a", "b/c"), ("d", "")])
    assert (head.body_length, begun) == (10, b"begun")


def test_it_is_written_for_a_connection_of_its_own() -> None:
    head, _ = _read(
        b"GET / HTTP/1.1\r\nHost:  localhost \r\nConnection: keep-alive\r\nUpgrade: h2c\r\nX-Amz-Date: 1\r\n\r\n"
    )
    assert head.encoded() == b"GET / HTTP/1.1\r\nhost: localhost\r\nx-amz-date: 1\r\nconnection: close\r\n\r\n"
    assert b"x-amz-date" not in head.encoded(without=frozenset({b"x-amz-date"}))


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 150_000 + b"\r\n\r\n",
    ],
)
def test_what_two_servers_could_read_differently_is_refused(sent: bytes) -> None:
    with pytest.raises(NotReadable):
        _read(sent)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n"])
def test_a_client_that_closes_too_early_sent_nothing(sent: bytes) -> None:
    with pytest.raises((NothingSent, NotReadable)):
        _read(sent)


def test_a_client_that_drips_has_no_longer_than_one_that_is_silent() -> None:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(NothingSent):
            read_head(near, 0.2)
        far.sendall(b"Host: a\r\n")
        ended = time.monotonic()
        with pytest.raises(NothingSent):
            read_body(near, b"", 100, 0.2)
        assert time.monotonic() > ended


def test_a_body_ends_at_its_length() -> None:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(b"67890 and more")
        assert read_body(near, b"12345", 10, 5) == b"1234567890"
        assert read_body(near, b"1234567890", 5, 5) == b"12345"


def test_a_body_that_ends_too_early_is_none() -> None:
    near, far = socket.socketpair()
    with near, far:
        far.sendall(b"123")
        far.shutdown(socket.SHUT_WR)
        with pytest.raises(NothingSent):
            read_body(near, b"", 10, 5)
