"""
The next step of a rotation, by the numbers in the configuration.

Two credentials, `a` and `b`; the apps have the active one. Their numbers say how often each was renewed, so they tell which step comes
next: renew the idle one, switch to it, retire the one that was active. See docs/runbooks/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["renew", "switch", "retire"]
SECTIONS: Final = ("database", "object_storage", "oauth", "edge")
_WHY: Final[Mapping[Kind, str]] = {
    "renew": "the idle credential is renewed; no app has it yet",
    "switch": "the apps get the renewed credential; both are valid",
    "retire": "the credential that the apps had before becomes worthless",
}


@dataclass(frozen=True)
class Step:
    """
    One change of the configuration, to be deployed before the next.

    Attributes:
        kind: which step of the three.
        path: the configuration key.
        value: its new value.
    """

    kind: Kind
    path: str
    value: str

    @property
    def why(self) -> str:
        """What the step does."""
        return _WHY[self.kind]

    def command(self, stack: str) -> str:
        """The command that makes the change."""
        return f"pulumi config set --stack {stack} --path '{self.path}' {self.value}"


def next_step(section: str, active: str, numbers: Mapping[str, int]) -> Step:
    """
    What comes next.

    Args:
        section: the section of the configuration: `database` and so on.
        active: the slot that the apps have, `a` or `b`.
        numbers: how often each slot was renewed.
    """
    idle = "b" if active == "a" else "a"
    key = f"ignition:{section}.rotation"
    if numbers[idle] == numbers[active]:
        return Step("renew", f"{key}.{idle}", str(numbers[idle] + 1))
    if numbers[idle] > numbers[active]:
        return Step("switch", f"{key}.active", idle)
    return Step("retire", f"{key}.{idle}", str(numbers[active]))
