"""
What a source of values is: it is asked for variables and answers with texts, or with why not.

Which source wins is `Precedence`; putting the answers together is `loading`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol, runtime_checkable

from pydantic import SecretStr

from app_config.contract import Variable
from app_config.problems import Problem


class Precedence(IntEnum):
    """Which source wins: the lower number, however the sources are written down."""

    EXPLICIT = 1
    ENVIRONMENT = 2
    DOTENV = 3
    KEY_VAULT = 4
    STACK_OUTPUTS = 5


@dataclass(frozen=True)
class Given:
    """
    A value that a source gave.

    Attributes:
        text: as the process environment would hold it. Wrapped even when it is no secret, so that no traceback with
            local variables shows anything.
        origin: the source, in words.
    """

    text: SecretStr
    origin: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """
    What a source is asked.

    Attributes:
        contract: the name of the settings class, for messages.
        app: what the stack's outputs call the app.
        variables: the whole contract.
        wanted: the variables that no better source gave.
        snapshots: whether last good values may stand in for a vault that does not answer.
    """

    contract: str
    app: str
    variables: tuple[Variable, ...]
    wanted: tuple[Variable, ...]
    snapshots: bool = True


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    What a source says.

    Attributes:
        given: values by variable name.
        problems: what went wrong. A variable with a problem is not looked for in later sources: a disabled secret must
            not be replaced silently by an older value elsewhere.
        absent: for variables that the source looked for and does not have, where they would be.
        keep: called once everything together proved valid.
    """

    given: Mapping[str, Given] = field(default_factory=dict[str, Given])
    problems: tuple[Problem, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict[str, str])
    keep: Callable[[], None] | None = None


@runtime_checkable
class Source(Protocol):
    """Somewhere that values come from."""

    @property
    def precedence(self) -> Precedence:
        """Its place in the order."""
        ...

    @property
    def origin(self) -> str:
        """The source in words, for messages."""
        ...

    def answer(self, request: Request) -> Answer:
        """Look for the wanted variables. Never raises for what is wrong out there: that is a problem in the answer."""
        ...
