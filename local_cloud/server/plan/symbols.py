"""What a value of the plan is compared as, and where a reference leads that leads to no resource of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Elsewhere(Enum):
    """What a reference leads to when it does not lead to a resource of the plan."""

    NOWHERE = "the property is not set"
    OUTSIDE = "a known value that no resource of the plan answers to"
    UNKNOWN = "it cannot be told"


@dataclass(frozen=True)
class Symbol:
    """An output that is not known yet, by the resource and the attribute: equal where it is certain to be the same value."""

    urn: str
    attribute: str


Key = str | int | float | bool | Symbol | None
"""A value that can be compared though it may not be known: case-folded text, another scalar, or a symbol."""
