"""How strict a rule is depends on what the stack is for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import pulumi
from pulumi_policy import EnforcementLevel

_MANDATORY: Final = EnforcementLevel.MANDATORY
_ADVISORY: Final = EnforcementLevel.ADVISORY
_DISABLED: Final = EnforcementLevel.DISABLED


class Stage(Enum):
    """What a stack is for."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    LOCAL = "local"


@dataclass(frozen=True)
class Enforcement:
    """A rule's level in the stacks of each stage."""

    production: EnforcementLevel
    development: EnforcementLevel
    local: EnforcementLevel

    def at(self, stage: Stage) -> EnforcementLevel:
        """The level in the stacks of a stage."""
        return getattr(self, stage.value)


EVERYWHERE: Final = Enforcement(_MANDATORY, _MANDATORY, _MANDATORY)
IN_THE_CLOUD: Final = Enforcement(_MANDATORY, _MANDATORY, _DISABLED)
ADVICE_IN_DEVELOPMENT: Final = Enforcement(_MANDATORY, _ADVISORY, _DISABLED)
IN_PRODUCTION: Final = Enforcement(_MANDATORY, _DISABLED, _DISABLED)
ADVICE_IN_PRODUCTION: Final = Enforcement(_ADVISORY, _DISABLED, _DISABLED)
OUTSIDE_PRODUCTION: Final = Enforcement(_DISABLED, _MANDATORY, _DISABLED)


def current() -> Stage:
    """
    The stage of the stack under review, by its configuration.

    `ignition:attached_providers_only` marks the local stack and `ignition:stage` one for development; every other stack is
    production, the strictest.
    """
    config = pulumi.Config("ignition")
    if config.get("attached_providers_only") == "true":
        return Stage.LOCAL
    return Stage.DEVELOPMENT if config.get("stage") == Stage.DEVELOPMENT.value else Stage.PRODUCTION
