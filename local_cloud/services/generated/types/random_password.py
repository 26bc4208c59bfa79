"""Random passwords and strings; the values are really random, and made once."""

from __future__ import annotations

import secrets
import string
from typing import ClassVar, Final

from local_cloud.server.resource_types.generated_once import GENERATED_AGAIN, GeneratedOnce
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.rules import Combination, Range

_SOURCE: Final = "https://www.pulumi.com/registry/packages/random/api-docs/randompassword/"
_SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"
_CLASSES: Final = {"lower": string.ascii_lowercase, "upper": string.ascii_uppercase, "numeric": string.digits}


class RandomString(GeneratedOnce):
    """A string of random characters."""

    token = "random:index/randomString:RandomString"
    after_lost_state = GENERATED_AGAIN
    module = "pulumi_random"
    create_only = (
        "length",
        "keepers",
        "lower",
        "upper",
        "numeric",
        "number",
        "special",
        "overrideSpecial",
        "minLower",
        "minUpper",
        "minNumeric",
        "minSpecial",
    )
    rules = (
        Range(path="length", least=1, most=10_000, says="the length is at least 1", source=_SOURCE, passes=40, fails=0),
        Combination(
            path="length",
            test=lambda inputs: inputs["length"] >= _minimum(inputs),
            says="the length is at least the sum of the minima",
            source=_SOURCE,
            passes={"length": 8, "minLower": 4},
            fails={"length": 8, "minLower": 5, "minUpper": 5},
        ),
        Combination(
            path="special",
            test=lambda inputs: bool(_alphabet(inputs)),
            says="at least one class of characters is left",
            source=_SOURCE,
            passes={"special": False},
            fails={"special": False, "lower": False, "upper": False, "numeric": False},
        ),
    )
    example: ClassVar = {"length": 40, "special": False}

    def generate(self, inputs: Inputs) -> Outputs:
        """The value."""
        return {"result": _drawn(inputs)}


class RandomPassword(RandomString):
    """The same, kept secret."""

    token = "random:index/randomPassword:RandomPassword"
    after_lost_state = MadeAnew(
        "the password was in the state alone and is rotated: once `pulumi up` has set the new one, the old one does not work"
    )
    secret_outputs = ("result", "bcryptHash")


def _drawn(inputs: Inputs) -> str:
    """A value from the operating system's generator that holds the minimum of each class."""
    special = inputs.get("overrideSpecial") or _SPECIAL
    drawn = [secrets.choice(special) for _ in range(inputs.get("minSpecial", 0))]
    for name, letters in _CLASSES.items():
        drawn += [secrets.choice(letters) for _ in range(inputs.get(f"min{name.capitalize()}", 0))]
    drawn += [secrets.choice(_alphabet(inputs)) for _ in range(inputs["length"] - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def _minimum(inputs: Inputs) -> int:
    return sum(inputs.get(name, 0) for name in ("minLower", "minUpper", "minNumeric", "minSpecial"))


def _alphabet(inputs: Inputs) -> str:
    kept = [letters for name, letters in _CLASSES.items() if inputs.get(name, True)]
    if inputs.get("special", True):
        kept.append(inputs.get("overrideSpecial") or _SPECIAL)
    return "".join(kept)
