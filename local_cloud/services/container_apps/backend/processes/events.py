"""What happened to apps and jobs, the latest first to go: for people, never with secrets."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

_KEPT: Final = 500


@dataclass(frozen=True)
class Event:
    """One thing that happened, at a time in seconds since 1970."""

    at: float
    subject: str
    message: str


class Events:
    """The last events; safe to use from any thread."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def add(self, subject: str, message: str) -> None:
        """Note an event of an app, job or environment."""
        with self._lock:
            self._events.append(Event(time.time(), subject, message))

    def of(self, subject: str | None = None) -> list[Event]:
        """All that is remembered, oldest first; of one app or job when it is named."""
        with self._lock:
            return [event for event in self._events if subject in {None, event.subject}]
