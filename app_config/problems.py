"""
What is wrong with settings, said by name and never by value.

`SettingsError` is the one exception of loading; it carries every problem at once.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """
    One thing that is wrong.

    Attributes:
        variable: the environment variable's name; None when a whole source failed.
        source: where the value came from, or should have.
        text: what is wrong and what to do, continuing the variable's name.
    """

    variable: str | None
    source: str
    text: str

    def __str__(self) -> str:
        """The problem on one line."""
        return f"{self.variable} ({self.source}) {self.text}" if self.variable else f"{self.source}: {self.text}"


class StackError(Exception):
    """What a stack says cannot be had or read; the message says what to do."""


class SettingsError(Exception):
    """
    Settings that cannot be used.

    Attributes:
        problems: everything that is wrong, in the order of the contract. No value is in it.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        """Every problem on a line of its own."""
        count = len(self.problems)
        title = "One problem with the settings:" if count == 1 else f"{count} problems with the settings:"
        return "\n".join([title, *(f"  {problem}" for problem in self.problems)])
