"""
What a zone's rules see of a request's URL.

https://developers.cloudflare.com/rules/normalization/how-it-works/ and the examples beside it. The origin gets what the client sent:
"Normalize URLs to origin" is off unless a zone switches it on, which is not played here.
"""

from __future__ import annotations

import re
from typing import Final

from local_cloud.services.edge.backend.state import Normalization

NOT_NORMAL: Final = r"^[^?]*(//|/\.|\\|%|[^!-~])"
"""A regular expression that every request target matches whose path may change; the others need no look."""

_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_KEPT: Final = _UNRESERVED | frozenset(b":/?#[]@!$&'()*+,;=%")
_SLASHES: Final = re.compile(rb"/{2,}")


def normalized(target: bytes, kind: Normalization) -> str:
    """
    The path and query of a request target as rules see them, in ASCII.

    Args:
        target: as it stands in the request line: `/a//b?c`, or `https://host/a//b?c`.
        kind: the zone's setting.
    """
    path, mark, query = _of_origin(target).partition(b"?")
    if kind == "cloudflare":
        path = _SLASHES.sub(b"/", path.replace(b"\\", b"/"))
    if kind != "none":
        path = _without_dots(_ESCAPE.sub(_unescaped, path))
    return (_escaped(path) + mark + _escaped(query)).decode("ascii")


def _of_origin(target: bytes) -> bytes:
    """The target without scheme and host, which clients may send as to a proxy."""
    if target.startswith(b"/"):
        return target
    _, _, rest = target.partition(b"://")
    at = min((found for sign in b"/?" if (found := rest.find(sign)) >= 0), default=len(rest))
    return rest[at:] if rest[at : at + 1] == b"/" else b"/" + rest[at:]


def _unescaped(escape: re.Match[bytes]) -> bytes:
    value = int(escape[1], 16)
    return bytes([value]) if value in _UNRESERVED else escape[0].upper()


def _escaped(text: bytes) -> bytes:
    return b"".join(bytes([each]) if each in _KEPT else b"%%%02X" % each for each in text)


def _without_dots(path: bytes) -> bytes:
    """RFC 3986, 5.2.4, for a path that begins with a slash."""
    kept: list[bytes] = []
    segments = path.split(b"/")[1:]
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == b"..":
            del kept[-1:]
        elif segment != b".":
            kept.append(segment)
            continue
        if last:
            kept.append(b"")
    return b"/" + b"/".join(kept)
