"""
Previews under way whose program our own language host runs, by the engine's address.

Such a preview goes on after a resource was refused, so that everything that is wrong is told in one run: the refusal goes to the
engine's log at once, and the language host fails the run at its end. Without our host the engine has to stop at the refusal.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Refusal:
    """
    One thing that would be refused, for programs.

    Attributes:
        rule: the rule's id.
        urn: the resource.
        token: its type.
        path: the property on the wire.
        message: what people read.
        remedy: what to write; empty where the message says it.
        other: URN of the resource that it clashes with; empty for a rule of one resource.
        file, line: where the program declares the resource; empty and 0 where that is not known.
        warning: told, and not refused.
    """

    rule: str
    urn: str
    token: str
    path: str
    message: str
    remedy: str = ""
    other: str = ""
    file: str = ""
    line: int = 0
    warning: bool = False


@dataclass
class _Preview:
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    urns: set[str] = field(default_factory=set[str])


class PlanSessions:
    """The previews; safe to use from any thread."""

    def __init__(self) -> None:
        self._previews: dict[str, _Preview] = {}
        self._lock = threading.Lock()

    def begin(self, engine: str) -> None:
        """A program of a preview starts."""
        with self._lock:
            self._previews[engine] = _Preview()

    def end(self, engine: str) -> list[Refusal]:
        """The program has ended; what was refused of its resources."""
        with self._lock:
            preview = self._previews.pop(engine, None)
        return preview.refusals if preview is not None else []

    def note(self, engine: str, refusal: Refusal) -> bool:
        """Keeps a refusal for the end of the run; False where no such preview is under way, so that it must be refused at once."""
        with self._lock:
            preview = self._previews.get(engine)
            if preview is None:
                return False
            preview.refusals.append(refusal)
            preview.urns.add(refusal.urn)
            return True

    def is_refused(self, engine: str, urn: str) -> bool:
        """Whether a resource of a preview under way was refused."""
        with self._lock:
            preview = self._previews.get(engine)
            return preview is not None and urn in preview.urns
