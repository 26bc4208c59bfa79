"""What one look found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """
    One thing about this machine.

    Attributes:
        what: what was looked at.
        state: `wrong` keeps the local cloud from running, `note` does not.
        detail: what was seen.
        fix: the command or change that fixes it; None when there is nothing to fix.
    """

    what: str
    state: Literal["ok", "note", "wrong"]
    detail: str
    fix: str | None = None


def ok(what: str, detail: str) -> Finding:
    """Nothing to fix."""
    return Finding(what, "ok", detail)


def note(what: str, detail: str, fix: str | None = None) -> Finding:
    """Worth knowing; everything runs without."""
    return Finding(what, "note", detail, fix)


def wrong(what: str, detail: str, fix: str) -> Finding:
    """Has to be fixed first."""
    return Finding(what, "wrong", detail, fix)
