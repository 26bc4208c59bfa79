"""
How many connections a server serves at the same time, and which one goes when there are too many.

A client that stays silent must not keep others out: it is the first to go.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

# A connection that was heard of this recently is at work, and is not ended for another one.
_AT_WORK_S: Final = 30.0
_LOOK_AGAIN_S: Final = 0.1


@dataclass(eq=False)
class Connection:
    """
    One open connection.

    Attributes:
        handle: a duplicate of its socket, to end it from another thread.
        asked: whether its request came.
        ended: whether it was ended, though its thread may not be done yet.
    """

    handle: socket.socket
    asked: bool = False
    ended: bool = False
    last_heard: float = field(default_factory=time.monotonic)

    def heard(self) -> None:
        """Note that the client has just sent or taken something."""
        self.last_heard = time.monotonic()

    def end(self) -> None:
        """Close it under the thread that serves it."""
        self.ended = True
        with contextlib.suppress(OSError):
            self.handle.shutdown(socket.SHUT_RDWR)


class Connections:
    """
    The open connections of a server; safe to use from several threads.

    Args:
        most: how many there may be.
        at_work_s: how long a connection with a request may be silent before it may be ended for a new one.
    """

    def __init__(self, most: int, *, at_work_s: float = _AT_WORK_S) -> None:
        self._most = most
        self._at_work_s = at_work_s
        self._open: set[Connection] = set()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, accepted: socket.socket) -> Connection:
        """Take a new connection; waits while there are too many and all of them are at work."""
        with self._changed:
            while len(self._open) >= self._most:
                self._end_one()
                self._changed.wait(_LOOK_AGAIN_S)
            connection = Connection(accepted.dup())
            self._open.add(connection)
            return connection

    @contextlib.contextmanager
    def serving(self, connection: Connection) -> Generator[None]:
        """Forget the connection at the end."""
        try:
            yield
        finally:
            with self._changed:
                self._open.discard(connection)
                connection.handle.close()
                self._changed.notify_all()

    def _end_one(self) -> None:
        now = time.monotonic()
        idle = [
            each
            for each in self._open
            if not each.ended and (not each.asked or now - each.last_heard > self._at_work_s)
        ]
        if idle:
            min(idle, key=lambda each: (each.asked, each.last_heard)).end()
