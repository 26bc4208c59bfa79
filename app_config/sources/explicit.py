"""Values that the program itself gives, the strongest source: for tests and for command-line options."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from app_config.contract import as_text
from app_config.problems import Problem
from app_config.sources.source import Answer, Given, Precedence, Request

_ORIGIN = "given explicitly"


@dataclass(frozen=True)
class Explicit:
    """
    Values by variable name, `Explicit({"SERVER_PORT": 9000})`.

    A name that the contract does not have is a problem: here, unlike in the environment, it can only be a mistake.

    Args:
        values: text, numbers, lists or `SecretStr`.
    """

    values: Mapping[str, object] = field(repr=False)

    @property
    def precedence(self) -> Precedence:
        """Before everything else."""
        return Precedence.EXPLICIT

    @property
    def origin(self) -> str:
        """The source in words."""
        return _ORIGIN

    def answer(self, request: Request) -> Answer:
        """See `Source.answer`."""
        known = [variable.env for variable in request.variables]
        return Answer(
            given={
                name: Given(SecretStr(as_text(self.values[name])), _ORIGIN) for name in known if name in self.values
            },
            problems=tuple(
                Problem(name, _ORIGIN, f"is no variable of {request.contract}{_suggestion(name, known)}")
                for name in self.values
                if name not in known
            ),
        )


def _suggestion(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name.upper(), known, n=1)
    return f": did you mean {close[0]}?" if close else ": take it out"
