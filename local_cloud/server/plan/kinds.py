"""The kinds of rules over the plan, for the reference page: what each is about."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from local_cloud.server.plan.order import After, OneAtATime
from local_cloud.server.plan.ranges import NoOverlap
from local_cloud.server.plan.rules import AtMost, OneOfAKind, PlanRule, Same


class Kind(StrEnum):
    """What a rule is about."""

    ONE_OF_A_KIND = "one of a kind"
    CONTAINMENT = "containment and overlap"
    PLACE = "place"
    FITTING = "fitting along a reference"
    ORDER = "order"


_BY_CLASS: Final = (
    ((OneOfAKind,), Kind.ONE_OF_A_KIND),
    ((NoOverlap, AtMost), Kind.CONTAINMENT),
    ((Same,), Kind.PLACE),
    ((After, OneAtATime), Kind.ORDER),
)
_BY_NAME: Final = (
    (r"-before-|-at-once$|beside-a-change$", Kind.ORDER),
    (
        r"another-(region|account|jurisdiction|environment|tenant|zone)|apart-from|at-home$|in-its-parent$|outside-its-zone",
        Kind.PLACE,
    ),
    (r"-twice$|-twice-in|-taken$|-kept-single$|beside-an-alias|beside-a-delegation", Kind.ONE_OF_A_KIND),
    (
        r"overlap|too-small|too-large|outside-its|against-an-inline|azure-keeps|reserved-range|range-in-its|shares-its-subnet|"
        r"delegated-subnet|azures-own|less-storage|restore-storage",
        Kind.CONTAINMENT,
    ),
)


def kind_of(rule: PlanRule) -> Kind:
    """What a rule is about: by its class, where that tells, or else by its name."""
    for classes, kind in _BY_CLASS:
        if isinstance(rule, classes):
            return kind
    return next((kind for pattern, kind in _BY_NAME if re.search(pattern, rule.id)), Kind.FITTING)
