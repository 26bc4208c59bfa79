"""Rules on order: what must be there before, and what must not be made at the same time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import PlanRule
from local_cloud.server.values.unknowns import NotKnownYet


@dataclass(frozen=True, kw_only=True)
class After(PlanRule):
    """
    A resource must be made after others, and nothing but the program can make sure of it.

    `needs` returns what has to be there before. A plan in which nothing enforces the order is a race that sometimes passes.
    """

    needs: Callable[[Plan, Planned], Iterable[Planned]] = field(repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every resource that does not wait for something it needs."""
        for resource in plan.of(self.of):
            try:
                needed = list(self.needs(plan, resource))
            except NotKnownYet:
                continue
            for other in needed:
                if other is not resource and not plan.follows(resource, other):
                    yield resource, other

    def _values(self, resource: Planned, other: Planned, where: str) -> str:
        return f"nothing makes sure that {resource} is made after {other}{where}"


@dataclass(frozen=True, kw_only=True)
class OneAtATime(PlanRule):
    """
    Resources of one scope must be made one after the other, in whatever order.

    Attributes:
        scope: what they must not change at the same time; None where the rule does not apply.
    """

    scope: Callable[[Plan, Planned], Hashable | None] = field(repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Each resource, with the first of its scope that neither waits for it nor is waited for."""
        scopes: dict[Hashable, list[Planned]] = {}
        for resource in plan.of(self.of, *self.also):
            try:
                scope = self.scope(plan, resource)
            except NotKnownYet:
                continue
            if scope is not None:
                scopes.setdefault(scope, []).append(resource)
        for members in scopes.values():
            yield from _unordered(plan, members)

    def _values(self, resource: Planned, other: Planned, where: str) -> str:
        return f"nothing keeps {resource} and {other}{where} from being made at the same time"


def _unordered(plan: Plan, members: Sequence[Planned]) -> Iterator[tuple[Planned, Planned]]:
    """
    Pairs that may be made at once.

    Sorted by how many of the others each waits for, members of a chain stand in its order, so neighbours tell everything.
    """
    urns = {each.urn for each in members}
    before = {each.urn: len(plan.before(each) & urns) for each in members}
    ordered = sorted(members, key=lambda each: before[each.urn])
    for earlier, later in itertools.pairwise(ordered):
        if not plan.follows(later, earlier):
            yield later, earlier
