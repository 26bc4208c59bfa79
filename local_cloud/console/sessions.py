"""
A browser's way into the console: a code that signs in once, and the session that it opens.

A session is two random values that the server keeps, neither made from the control token: an id, which is part of every address
below `/session/`, and a key, which is in a cookie for exactly that path. Cookies do not tell ports apart: with any cookie for the
whole host a page on another port, of another account, would be sent it. That page cannot guess the path, and the path alone opens
nothing. `Secure` and with it `__Host-` need TLS and the path `/`, so the cookie has neither.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

CODE_LIFETIME_S: Final = 60.0
"""A browser that is not running yet takes some seconds to start."""
SESSION_LIFETIME_S: Final = 12 * 3600.0
_MOST_CODES: Final = 16
_MOST_SESSIONS: Final = 64
COOKIE: Final = "ignition-console"
PATH: Final = "/session"


@dataclass(frozen=True)
class Session:
    """
    A browser that signed in; it may read the console and nothing else.

    Attributes:
        id: in its addresses.
        key: in its cookie.
    """

    id: str
    key: str = field(repr=False)

    @property
    def path(self) -> str:
        """Where its pages are."""
        return f"{PATH}/{self.id}"


class Sessions:
    """
    Codes and sessions, in memory: they end with the daemon. Safe to use from any thread.

    Args:
        clock: seconds that only grow, for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[str, float] = {}
        self._sessions: dict[str, tuple[Session, float]] = {}

    def code(self) -> str:
        """A new code, good for one sign-in within `CODE_LIFETIME_S`."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            _drop_oldest(self._codes, _MOST_CODES)
            self._codes[code] = self._clock() + CODE_LIFETIME_S
        return code

    def redeem(self, code: str) -> Session | None:
        """The session that a code opens; None for a code that was used, has expired or never was."""
        with self._lock:
            expires = self._codes.pop(code, None)
            if expires is None or expires <= self._clock():
                return None
            session = Session(secrets.token_urlsafe(16), secrets.token_urlsafe(32))
            _drop_oldest(self._sessions, _MOST_SESSIONS)
            self._sessions[session.id] = (session, self._clock() + SESSION_LIFETIME_S)
            return session

    def admits(self, id_: str, key: str) -> bool:
        """Whether id and key are those of a session that has not expired."""
        with self._lock:
            session, expires = self._sessions.get(id_, (None, 0.0))
            if session is None:
                return False
            if expires <= self._clock():
                del self._sessions[id_]
                return False
            return hmac.compare_digest(session.key.encode(), key.encode())


def _drop_oldest(entries: dict[str, Any], most: int) -> None:
    while len(entries) >= most:
        del entries[next(iter(entries))]
