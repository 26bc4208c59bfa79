"""
What becomes of a resource when the stack's state is lost: imported by its id, or made anew.

The ids are those that the real providers take, so that a rehearsal on the local cloud goes as it would in the clouds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_PART: Final = re.compile(r"\{(\w+)\}")
FOUND: Final = "id"
"""In a form: what only the service knows."""

Find = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Import:
    """
    It can be imported.

    Attributes:
        form: the id that the provider takes, with inputs in braces by their wire names; `{id}` is what only the service knows.
        find: the command that prints `{id}`, from the inputs; None where the form has no `{id}`.
        needs: inputs that the command is made from.
    """

    form: str
    find: Find | None = None
    needs: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """What stands in braces."""
        return tuple(_PART.findall(self.form))

    def filled(self, inputs: Mapping[str, Any], found: str | None = None) -> str | None:
        """
        The id.

        Args:
            inputs: the resource's; unknown ones left out.
            found: what only the service knows.

        Returns:
            None where something is missing.
        """
        values = {**{name: inputs.get(name) for name in self.parts}, **({FOUND: found} if FOUND in self.parts else {})}
        if not all(isinstance(value, str) and value for value in values.values()):
            return None
        return _PART.sub(lambda part: str(values[part.group(1)]), self.form)

    def parsed(self, resource_id: str) -> dict[str, str] | None:
        """What stands for the parts in braces in an id of this form; None for another form."""
        pattern = "".join(
            f"(?P<{piece}>{'[^/]+' if piece == FOUND else '.+?'})" if odd else re.escape(piece)
            for odd, piece in _alternating(_PART.split(self.form))
        )
        match = re.fullmatch(pattern, resource_id)
        return match.groupdict() if match else None


@dataclass(frozen=True)
class MadeAnew:
    """
    It cannot be imported, or is of no use without a value that was in the state alone.

    Attributes:
        because: why, and what that means for whoever uses it.
        left_behind: what stays of the old one and how it is removed, from the inputs; None where nothing stays.
    """

    because: str
    left_behind: Find | None = None


Recovery = Import | MadeAnew


def _alternating(pieces: list[str]) -> list[tuple[bool, str]]:
    return [(number % 2 == 1, piece) for number, piece in enumerate(pieces)]
