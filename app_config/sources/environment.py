"""The process environment: what the platform, a shell or `app-config exec` gave."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from app_config.sources.source import Answer, Given, Precedence, Request

_ORIGIN = "process environment"


@dataclass(frozen=True)
class Environment:
    """
    The variables of this process.

    Args:
        variables: another environment than `os.environ`, for tests.
    """

    # `os.environ` shows every value in its repr.
    variables: Mapping[str, str] | None = field(default=None, repr=False)

    @property
    def precedence(self) -> Precedence:
        """After explicit values."""
        return Precedence.ENVIRONMENT

    @property
    def origin(self) -> str:
        """The source in words."""
        return _ORIGIN

    def answer(self, request: Request) -> Answer:
        """See `Source.answer`."""
        given: dict[str, Given] = {}
        for variable in request.wanted:
            text = SecretStr((os.environ if self.variables is None else self.variables).get(variable.env, "\0"))
            # No environment can hold a NUL.
            if text.get_secret_value() != "\0":
                given[variable.env] = Given(text, _ORIGIN)
        return Answer(given=given)
