"""What a check says, and what a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ignition.preflight.clouds import Clouds
    from ignition.preflight.plan import Plan

State = Literal["passed", "failed", "warning", "not asked"]


@dataclass(frozen=True)
class Said:
    """
    One thing that a check found.

    Attributes:
        state: a warning does not stop the deployment; `not asked` is neither good nor bad.
        detail: what was found.
        next_step: what to do; None when there is nothing to do.
    """

    state: State
    detail: str
    next_step: str | None = None


def passed(detail: str) -> Said:
    """Nothing in the way."""
    return Said("passed", detail)


def failed(detail: str, next_step: str) -> Said:
    """The deployment would stop here, or do harm."""
    return Said("failed", detail, next_step)


def warning(detail: str, next_step: str) -> Said:
    """Worth a look before deploying."""
    return Said("warning", detail, next_step)


@dataclass(frozen=True)
class Check:
    """
    A question to a cloud.

    Attributes:
        name: for people.
        asks: what it asks, with the API's path.
        needs: what the reader must be allowed to do.
        run: asks; raises `Unanswered` where the cloud refuses, is silent or throttles.
    """

    name: str
    asks: str
    needs: str
    run: Callable[[Plan, Clouds], Iterable[Said]]


@dataclass(frozen=True)
class Result:
    """What a check said, with the check."""

    check: str
    asks: str
    needs: str
    state: State
    detail: str
    next_step: str | None
