"""
The kinds of rules on how resources stand to each other.

Each is declared in the file of the type that it is about, with what it says, where that comes from, a plan that passes and one that
fails. A rule that reads what is not known yet says nothing: an unknown that could make it right is no refusal.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local_cloud.server.plan.examples import Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.symbols import Elsewhere
from local_cloud.server.values.shapes import is_object
from local_cloud.server.values.unknowns import NotKnownYet


@dataclass(frozen=True)
class PlanRefusal:
    """
    Something that the cloud would refuse of the plan as a whole.

    Attributes:
        rule: the rule that is broken.
        resource: which would be refused, and at which property.
        other: the resource that it clashes with.
        reason: the message for people.
        assumes: subscriptions that are taken for the program's own without proof; what rests on that is a warning.
    """

    rule: PlanRule
    resource: Planned
    path: str
    other: Planned
    reason: str
    assumes: frozenset[str] = frozenset()

    @property
    def warning(self) -> bool:
        """Whether it is told and not refused, unless `--strict` asks for it."""
        return self.rule.warning or bool(self.assumes)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it another refusal than others."""
        return self.rule.id, self.resource.urn, self.other.urn

    @property
    def remedy(self) -> str:
        """What to write."""
        return self.rule.remedy.format(this=self.resource.name, other=self.other.name)


@dataclass(frozen=True, kw_only=True)
class PlanRule(ABC):
    """
    One thing that a cloud asks of several resources together.

    Attributes:
        id: a stable name for reports and exceptions: `network.subnets-overlap`.
        of: token of the type that it is about.
        path: the property that the message names.
        says: the rule, a sentence.
        remedy: what to write instead; `{this}` and `{other}` stand for the two resources' names in the program.
        source: the page, specification or issue that says so.
        passes: a plan that keeps the rule.
        fails: a plan that breaks it.
        also: further types that it is about.
        warning: the cloud often forgives it (a race), so it is told and not refused unless `--strict` asks for it.
        unseen: what else the cloud may refuse of the same matter, and only the cloud knows; a clause for the reference page.
    """

    id: str
    of: str
    path: str
    says: str
    remedy: str
    source: str
    passes: Sketch = field(repr=False)
    fails: Sketch = field(repr=False)
    warning: bool = False
    also: Sequence[str] = ()
    unseen: str = ""

    def refusals(self, plan: Plan) -> Iterator[PlanRefusal]:
        """What in this plan breaks the rule."""
        for resource, other in self.broken(plan):
            yield PlanRefusal(self, resource, self.path, other, self.message(resource, other))

    @abstractmethod
    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Each resource that breaks the rule, with the one it clashes with."""

    def message(self, resource: Planned, other: Planned) -> str:
        """Both resources, their values, the rule, its source, and what to write."""
        where = f" ({other.position})" if other.position else ""
        remedy = self.remedy.format(this=resource.name, other=other.name)
        return f"{self._values(resource, other, where)}: {self.says} ({self.source}). {remedy}"

    def _values(self, resource: Planned, other: Planned, where: str) -> str:
        return f"'{self.path}'{_shown(resource, self.path)} and {other}{where}"


def _shown(resource: Planned, path: str) -> str:
    """The value at the path, where it is a short known one."""
    value: Any = resource.inputs
    for name in path.split("."):
        value = value.get(name) if is_object(value) else None
    return f" is {value!r}" if isinstance(value, str | int | float | bool) else ""


@dataclass(frozen=True, kw_only=True)
class OneOfAKind(PlanRule):
    """
    Two resources of a type must not have the same key: what may exist once for each scope, name or combination.

    `key` returns what must be unique, or None where the rule does not apply to the resource.
    """

    key: Callable[[Plan, Planned], Hashable | None] = field(repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every resource after the first of its kind."""
        first: dict[Hashable, Planned] = {}
        for resource in plan.of(self.of, *self.also):
            try:
                key = self.key(plan, resource)
            except NotKnownYet:
                continue
            if key is None:
                continue
            if key in first:
                yield resource, first[key]
            else:
                first[key] = resource


@dataclass(frozen=True, kw_only=True)
class AtMost(PlanRule):
    """
    A scope holds a limited number, or amount, of resources.

    Attributes:
        scope: what they share; None where the rule does not apply to the resource.
        limit: how much the scope holds, of the plan and the first resource in it; None where that cannot be told.
        amount: how much a resource takes.
    """

    scope: Callable[[Plan, Planned], Hashable | None] = field(repr=False)
    limit: Callable[[Plan, Planned], float | None] = field(repr=False)
    amount: Callable[[Plan, Planned], float] = field(default=lambda _plan, _resource: 1, repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """The resource that is too much, with the first one of its scope."""
        scopes: dict[Hashable, list[tuple[Planned, float]]] = {}
        for resource in plan.of(self.of, *self.also):
            with contextlib.suppress(NotKnownYet):
                scope, amount = self.scope(plan, resource), self.amount(plan, resource)
                if scope is not None:
                    scopes.setdefault(scope, []).append((resource, amount))
        for members in scopes.values():
            with contextlib.suppress(NotKnownYet):
                yield from self._beyond(plan, members)

    def _beyond(self, plan: Plan, members: Sequence[tuple[Planned, float]]) -> Iterator[tuple[Planned, Planned]]:
        first = members[0][0]
        limit, taken = self.limit(plan, first), 0.0
        for resource, amount in members:
            taken += amount
            if limit is not None and taken > limit:
                yield resource, first
                return


@dataclass(frozen=True, kw_only=True)
class Fits(PlanRule):
    """
    A resource and what it refers to must fit together.

    Attributes:
        to: tokens of the types referred to.
        along: the property that refers; empty where the resource lies in the other one (a database in its server).
        older: further properties that refer to the same, under names that the service had before.
        fits: of the plan, the resource and what it refers to.
    """

    to: Sequence[str]
    along: str = ""
    older: Sequence[str] = ()
    fits: Callable[[Plan, Planned, Planned], bool] = field(repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every resource that does not fit."""
        for resource in plan.of(self.of):
            for other in self._others(plan, resource):
                try:
                    if not self.fits(plan, resource, other):
                        yield resource, other
                except NotKnownYet:
                    continue

    def _others(self, plan: Plan, resource: Planned) -> Iterable[Planned]:
        if not self.along:
            found = plan.parent(resource, *self.to)
            return () if found is None else (found,)
        targets = [each for path in (self.along, *self.older) for each in plan.targets(resource, path, *self.to)]
        return dict.fromkeys(each for each in targets if not isinstance(each, Elsewhere))


@dataclass(frozen=True, kw_only=True)
class Same(Fits):
    """A resource and what it refers to must have the same value at a property: a region, a network, a jurisdiction."""

    fits: Callable[[Plan, Planned, Planned], bool] = field(default=lambda _plan, _one, _other: True, repr=False)
    theirs: str = ""
    form: Callable[[Any], Any] = field(default=lambda value: value, repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every resource whose value is another one; where either has none, the service's default is not guessed."""
        for resource in plan.of(self.of):
            for other in self._others(plan, resource):
                try:
                    mine, other_value = plan.key(resource, self.path), plan.key(other, self.theirs or self.path)
                except NotKnownYet:
                    continue
                if None not in (mine, other_value) and self.form(mine) != self.form(other_value):
                    yield resource, other

    def _values(self, resource: Planned, other: Planned, where: str) -> str:
        theirs = self.theirs or self.path
        return f"'{self.path}'{_shown(resource, self.path)}, but '{theirs}' of {other}{where}{_shown(other, theirs)}"


@dataclass(frozen=True, kw_only=True)
class LeadsTo(PlanRule):
    """
    A property that refers must be given the right output of a resource of the right type.

    Attributes:
        to: tokens of the types that it may refer to.
        output: the output's name in the SDK (`id`, `principal_id`).
        others: further types, each with the outputs of it that are right too.
    """

    to: Sequence[str]
    output: str = "id"
    others: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]], repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every resource that is given something else; a value that was made from an output is not judged."""
        for resource in plan.of(self.of, *self.also):
            for _, origin in resource.without_items.get(self.path, ()):
                other = plan.by_urn.get(origin.resources[0]) if len(origin.resources) == 1 else None
                if other is None or origin.attribute is None or other.token not in plan.types:
                    continue
                right = (self.output,) if other.token in self.to else self.others.get(other.token, ())
                if origin.attribute not in right:
                    yield resource, other

    def _values(self, resource: Planned, other: Planned, where: str) -> str:
        given = {origin.attribute for _, origin in resource.without_items.get(self.path, ())}
        outputs = " or ".join(sorted(each for each in given if each))
        return f"'{self.path}' is the output {outputs} of {other}{where}"


@dataclass(frozen=True, kw_only=True)
class ById(PlanRule):
    """A property that takes the id of whatever resource must not be given another output of it."""

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every resource that is given another output."""
        for resource in plan.of(self.of):
            for _, origin in resource.without_items.get(self.path, ()):
                other = plan.by_urn.get(origin.resources[0]) if len(origin.resources) == 1 else None
                if other is not None and other.token in plan.types and origin.attribute not in {None, "id"}:
                    yield resource, other


@dataclass(frozen=True, kw_only=True)
class Together(PlanRule):
    """Whatever no other kind says: `test` gives each resource that is refused, with the one that it clashes with."""

    test: Callable[[Plan], Iterable[tuple[Planned, Planned]]] = field(repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """What the function finds; where it meets what is not known yet, it looks again at every resource without the others."""
        try:
            found = list(self.test(plan))
        except NotKnownYet:
            found = [each for token in (self.of, *self.also) for each in self._one_by_one(plan, token)]
        yield from found

    def _one_by_one(self, plan: Plan, token: str) -> Iterator[tuple[Planned, Planned]]:
        for resource in list(plan.of(token)):
            with plan.narrowed_to(resource), contextlib.suppress(NotKnownYet):
                yield from list(self.test(plan))
