"""
Patterns of the contract as pieces, for languages without regular expressions in their standard library.

A pattern is alternatives with `|` between them. Each is a row of letters and classes such as `[a-z0-9-]`, with `?`, `+`, `*`, `{N}` or
`{N,M}` behind any of them. Groups, anchors and escapes are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MANY: Final = 1 << 16
"""In the place of no limit; no environment variable of ours is longer."""
_PIECE: Final = re.compile(
    r"(?:\[(?P<class>[^\]\\^][^\]\\]*)\]|(?P<letter>[\w:/.@-]))(?P<count>[?+*]|\{\d+(?:,\d+)?\})?"
)
_COUNTS: Final = {"": (1, 1), "?": (0, 1), "+": (1, MANY), "*": (0, MANY)}


@dataclass(frozen=True)
class Piece:
    """
    One letter or class.

    Attributes:
        ranges: the letters that it takes, as first and last of each range.
        least: how often at least.
        most: how often at most.
    """

    ranges: tuple[tuple[str, str], ...]
    least: int
    most: int


def pieces(pattern: str) -> tuple[tuple[Piece, ...], ...]:
    """
    The alternatives of a pattern.

    Raises:
        ValueError: it has something that is not read here.
    """
    return tuple(tuple(_alternative(each, pattern)) for each in pattern.split("|"))


def _alternative(text: str, pattern: str) -> Iterator[Piece]:
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None or found["letter"] == ".":
            raise ValueError(f"the pattern {pattern!r} has {text[at:]!r}: use letters, classes and counts alone")
        yield Piece(tuple(_ranges(found["class"] or found["letter"])), *_count(found["count"] or ""))
        at = found.end()


def _ranges(letters: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(letters):
        if letters[at + 1 : at + 2] == "-" and at + 2 < len(letters):
            yield letters[at], letters[at + 2]
            at += 3
        else:
            yield letters[at], letters[at]
            at += 1


def _count(text: str) -> tuple[int, int]:
    if not text.startswith("{"):
        return _COUNTS[text]
    least, _, most = text.strip("{}").partition(",")
    return int(least), int(most or least)
