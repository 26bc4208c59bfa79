"""A rule over several keys of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from infra.config.stack import StackConfig

Texts = Iterator[tuple[str, str]]
"""What is wrong: key and text."""


@dataclass(frozen=True)
class Combination:
    """
    A rule over several keys.

    Attributes:
        says: The rule, for the reference page.
        reads: The keys that it looks at.
        broken: What is wrong, as (key, text).
    """

    says: str
    reads: tuple[str, ...]
    broken: Callable[[StackConfig], Texts]
