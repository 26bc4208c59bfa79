"""The hosts that a stack answers for."""

from __future__ import annotations

from collections.abc import Sequence

from policy.rule import StackResource, of_types
from policy.tokens import RECORD
from policy.values import UNKNOWN, value


def own_hosts(resources: Sequence[StackResource]) -> frozenset[str]:
    """The names of the stack's address records; none where one is not known, as a rule cannot judge by half of them."""
    names = {
        value(each.props, "name")
        for each in of_types(resources, RECORD)
        if value(each.props, "type") in ("A", "AAAA", "CNAME", UNKNOWN)
    }
    return frozenset() if UNKNOWN in names else frozenset(str(name).lower() for name in names)
