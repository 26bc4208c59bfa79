"""A problem with the configuration, and the error that carries all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """
    One thing that is wrong.

    Attributes:
        key: The whole key, `ignition:database.size`.
        text: What is wrong and what to write instead.
    """

    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.key} {self.text}"


class ConfigError(Exception):
    """The stack's configuration cannot be used; the message lists every problem by its key."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        heading = f"{count} {'problem' if count == 1 else 'problems'} in the stack's configuration:"
        super().__init__("\n".join([heading, *(f"  - {each}" for each in self.problems)]))
