"""
Faults on demand for the servers of the local cloud: throttling, outages, hangs, slow answers.

A test (or a person) adds a fault, and the server shows it. Nothing happens by itself.
"""

from __future__ import annotations

import asyncio
import fnmatch
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class FaultKind(StrEnum):
    """What goes wrong."""

    THROTTLED = "throttled"
    """429 with Retry-After."""
    UNAVAILABLE = "unavailable"
    """503; on the identity server this is the token endpoint being down."""
    HANG = "hang"
    """No answer until the client gives up."""
    LATENCY = "latency"
    """The right answer, `delay_s` late."""
    SECRET_DISABLED = "secret-disabled"
    """A secret that was listed turns out to be disabled when it is read (Key Vault only)."""
    EXPIRED_CERTIFICATE = "expired-certificate"
    """The server presents a certificate that expired yesterday (Key Vault only); `count` and `path` do not apply."""


@dataclass(eq=False, kw_only=True)
class Fault:
    """
    One fault.

    Attributes:
        count: how many requests it still hits; None for all of them.
        probability: the share of matching requests that it hits, 0 to 1.
        delay_s: how long a late answer takes.
        retry_after_s: what a throttled client is told to wait.
        path: which request paths it concerns, `/secrets/*`.
    """

    kind: FaultKind
    count: int | None = None
    probability: float = 1.0
    delay_s: float = 0.0
    retry_after_s: int = 1
    path: str = "*"


@dataclass
class Faults:
    """
    The faults of one server; safe to use from any thread.

    Attributes:
        changed: called after every change, with the faults that stand.
        chance: gives numbers from 0 to 1 for `probability`.
    """

    changed: Callable[[tuple[Fault, ...]], None] = lambda _: None
    chance: Callable[[], float] = random.random
    _standing: list[Fault] = field(default_factory=list[Fault])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        kind: FaultKind,
        *,
        count: int | None = None,
        probability: float = 1.0,
        delay_s: float = 0.0,
        retry_after_s: int = 1,
        path: str = "*",
    ) -> Fault:
        """Let something go wrong from now on; see `Fault` for the arguments."""
        fault = Fault(
            kind=FaultKind(kind),
            count=count,
            probability=probability,
            delay_s=delay_s,
            retry_after_s=retry_after_s,
            path=path,
        )
        with self._lock:
            self._standing.append(fault)
            standing = tuple(self._standing)
        self.changed(standing)
        return fault

    def remove(self, fault: Fault) -> None:
        """End one fault."""
        with self._lock:
            self._standing = [each for each in self._standing if each is not fault]
            standing = tuple(self._standing)
        self.changed(standing)

    def clear(self) -> None:
        """End all faults."""
        with self._lock:
            self._standing = []
        self.changed(())

    def strike(self, path: str, kinds: frozenset[FaultKind]) -> Fault | None:
        """The first fault of these kinds that hits this request; it is counted."""
        if not self._standing:
            return None
        with self._lock:
            for fault in self._standing:
                if fault.kind not in kinds or not fnmatch.fnmatchcase(path, fault.path) or fault.count == 0:
                    continue
                if fault.probability < 1.0 and self.chance() >= fault.probability:
                    continue
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None


_LATE: Final = frozenset({FaultKind.LATENCY})
_BROKEN: Final = frozenset({FaultKind.THROTTLED, FaultKind.UNAVAILABLE, FaultKind.HANG})


class FaultyApp:
    """
    An application with its faults in front.

    Args:
        app: what answers when nothing goes wrong.
        faults: what goes wrong.
        refusal: the body and headers of a 429 or 503, in the words of the service that is played.
    """

    def __init__(self, app: ASGIApp, faults: Faults, refusal: Callable[[Fault], Response]) -> None:
        self._app = app
        self._faults = faults
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or fail to."""
        path: str = scope.get("path", "")
        late = self._faults.strike(path, _LATE)
        if late is not None:
            await asyncio.sleep(late.delay_s)
        broken = self._faults.strike(path, _BROKEN)
        if broken is None:
            await self._app(scope, receive, send)
        elif broken.kind is FaultKind.HANG:
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            await self._refusal(broken)(scope, receive, send)
