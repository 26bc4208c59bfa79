"""
Rotation without a gap: two credentials side by side, of which one is in use.

Only the idle one is ever made anew. The steps are: raise the idle slot's generation and deploy; make it the active slot and
deploy, which rolls the apps; the credential that was active stays valid until its own generation is raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Slot = Literal["a", "b"]
SLOTS: Final[tuple[Slot, Slot]] = ("a", "b")


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """Which of two credentials is in use, and how often each has been made anew."""

    active: Slot = "a"
    a: int = 1
    b: int = 1

    def __post_init__(self) -> None:
        if self.active not in SLOTS:
            raise ValueError(f"the active slot is {self.active!r}: it must be one of {', '.join(SLOTS)}")
        for slot in SLOTS:
            if self.generation(slot) < 1:
                raise ValueError(f"generation {slot} is {self.generation(slot)}: generations count from 1 upwards")

    def generation(self, slot: Slot) -> int:
        """How often the slot's credential has been made."""
        return self.a if slot == "a" else self.b
