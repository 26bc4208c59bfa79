"""The result of one check of a deployment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["passed", "failed", "expires soon", "not asked"]

SOON_DAYS: Final = 60
"""What expires within this many days is named."""


@dataclass(frozen=True)
class Result:
    """
    One thing that was checked.

    Attributes:
        blocker: what it proves: `LATER-001` to `LATER-011`, or `zone` for what the whole zone shares.
        what: what was checked.
        state: `not asked` is neither good nor bad: the check cannot run from here.
        evidence: what was seen, or why nothing could be seen.
        next_step: what to do; None when there is nothing to do.
    """

    blocker: str
    what: str
    state: State
    evidence: str
    next_step: str | None = None


@dataclass(frozen=True)
class Subject:
    """What a check is about; makes its results."""

    blocker: str
    what: str

    def passed(self, evidence: str) -> Result:
        """It was seen to work."""
        return Result(self.blocker, self.what, "passed", evidence)

    def failed(self, evidence: str, next_step: str) -> Result:
        """It was seen not to work."""
        return Result(self.blocker, self.what, "failed", evidence, next_step)

    def not_asked(self, reason: str, next_step: str) -> Result:
        """It cannot be seen from here."""
        return Result(self.blocker, self.what, "not asked", reason, next_step)

    def ends(self, end: dt.datetime, evidence: str, next_step: str, now: dt.datetime | None = None) -> Result:
        """
        Something that is valid until a time.

        Args:
            end: the time, with its zone.
            evidence: what it is.
            next_step: how it is renewed.
            now: the current time when left out.
        """
        days = (end - (now or dt.datetime.now(dt.UTC))).days
        said = f"{evidence}, until {end:%Y-%m-%d}"
        if days < 0:
            return self.failed(f"{said}, which is over", next_step)
        if days < SOON_DAYS:
            return Result(self.blocker, self.what, "expires soon", f"{said}, in {days} days", next_step)
        return self.passed(said)
