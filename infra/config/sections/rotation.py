"""
Rotation without a gap: two credentials side by side, of which one is in use.

Only the idle one is ever replaced. The steps: raise the idle slot's generation and deploy; make it the active slot and deploy, which
rolls the apps; the credential that was active stays valid until its own generation is raised.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from infra.config.sections.keys import Key, between
from infra.config.sections.section import Section

Slot = Literal["a", "b"]
SLOTS: Final[tuple[Slot, Slot]] = ("a", "b")


class RotationSection(Section):
    """
    Which of two credentials is in use, and how often each has been replaced.

    To rotate: raise the idle one's number and deploy, make it the active one and deploy, then raise the other's.
    """

    active: Annotated[Slot, Key("The one in use.")] = "a"
    a: Annotated[int, Key("Raise it to replace credential a.", between(1, 10_000))] = 1
    b: Annotated[int, Key("Raise it to replace credential b.", between(1, 10_000))] = 1

    def generation(self, slot: Slot) -> int:
        """How often the slot's credential has been made."""
        return self.a if slot == "a" else self.b
