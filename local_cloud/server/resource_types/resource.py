"""What a cloud keeps of a resource, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Inputs = dict[str, Any]
Outputs = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """One resource as the cloud keeps it: provider id, the inputs that made it and the outputs that came back."""

    id: str
    inputs: Inputs
    outputs: Outputs


class Refusal(Exception):  # noqa: N818  the word the clouds use
    """The cloud says no, in its own words."""
