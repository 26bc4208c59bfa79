"""Waiting for what other processes and threads bring about."""

from __future__ import annotations

import time
from collections.abc import Callable

# Only a bound on how long a broken test hangs; nothing is expected to take this long.
_AT_MOST_S = 60


def until(condition: Callable[[], object], what: str = "the condition") -> None:
    """Return as soon as a condition holds; fail the test when it never does."""
    deadline = time.monotonic() + _AT_MOST_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come about"
        time.sleep(0.005)
