"""A client does not learn whether a bucket that its key does not name is there."""

from __future__ import annotations

import pytest

from local_cloud.services.object_storage.backend.answer import Answer

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%s"


def _answered(request: bytes, answer: bytes, *, piece: int = 1000) -> bytes:
    """What a client gets, for an answer that comes in pieces of some size; there is one bucket, `media`."""
    method, path = request.decode().split()
    told = Answer(method, path, lambda bucket: bucket == "media")
    pieces = [answer[start : start + piece] for start in range(0, len(answer), piece)]
    return b"".join(told.given(each) for each in [*pieces, b""])


def _error(code: bytes) -> bytes:
    body = b"<Error><Code>%s</Code></Error>" % code
    return NOT_FOUND % (len(body), body)


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_bucket_that_is_not_there_is_forbidden_like_any_other(piece: int, before: bytes) -> None:
    got = _answered(b"PUT /nowhere/k", before + _error(b"NoSuchBucket"), piece=piece)
    assert got.startswith(before + b"HTTP/1.1 403 Forbidden\r\n")
    assert b"<Code>AccessDenied</Code>" in got
    assert b"NoSuchBucket" not in got


@pytest.mark.parametrize("target", [b"/nowhere", b"/nowhere/a/b", b"/%6Eowhere/k"])
def test_the_answer_to_a_head_has_no_body_to_tell_by(target: bytes) -> None:
    got = _answered(b"HEAD %s" % target, NOT_FOUND % (300, b""))
    assert got.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert got.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (b"GET /media/k", _error(b"NoSuchKey")),
        (b"HEAD /media/k", NOT_FOUND % (300, b"")),
        (b"GET /", NOT_FOUND % (0, b"")),
        (b"HEAD /", NOT_FOUND % (0, b"")),
        (b"GET /media/k", b"HTTP/1.1 200 OK\r\n\r\n<Code>NoSuchBucket</Code>"),
        (b"GET /nowhere/k", b"HTTP/1.1 403 Forbidden\r\n\r\n<Code>SignatureDoesNotMatch</Code>"),
        (b"GET /media/k", b"HTTP"),
    ],
)
def test_every_other_answer_passes_as_it_is(asked: bytes, answer: bytes, piece: int) -> None:
    assert _answered(asked, answer, piece=piece) == answer


def test_an_answer_passes_before_it_is_complete() -> None:
    told = Answer("GET", "/media/large", lambda _: True)
    assert told.given(b"HTTP/1.1 200 OK\r\n") == b"HTTP/1.1 200 OK\r\n"
    assert told.given(b"\r\nthe beginning") == b"\r\nthe beginning"
