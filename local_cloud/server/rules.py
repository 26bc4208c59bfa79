"""
The kinds of rules that a resource type declares beyond the SDK's property types.

A rule names its source, one value that passes and one that fails; the conformance tests try both.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.values.unknowns import NotKnownYet, refusing_unknowns
from local_cloud.server.wire import UNKNOWN, Secret, has_unknown, plain

Patch = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """
    One thing the service would refuse.

    Attributes:
        path: the property on the wire.
        reason: the message for people.
        rule: the rule's id, for reports and exceptions.
        remedy: what to write; empty where the reason says it.
        source: the page or issue that the rule comes from.
    """

    path: str
    reason: str
    rule: str = field(default="", kw_only=True)
    remedy: str = field(default="", kw_only=True)
    source: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class ListedValueProblem(Problem):
    """A refusal that rests on a list of values which the service may have extended since; an exception may accept the value."""

    value: Any


@dataclass(frozen=True, kw_only=True)
class Rule(ABC):
    """
    One thing the service asks.

    Attributes:
        path: the property on the wire, `properties.sku.name`; `rules[].ref` means every item.
        says: the rule in words that end a sentence beginning with the property.
        source: the page or issue that says so.
        passes: what to put into the type's example so that the rule holds; for Related and Combination, property paths and values.
        fails: the same, so that the rule does not hold.
        hidden: whether the value is a secret by its nature, which no message shows even where a program did not mark it.
        unseen: what else the cloud may refuse of the same property, and only the cloud knows; a clause for the reference page.
    """

    path: str
    says: str
    source: str
    passes: Any
    fails: Any
    hidden: bool = False
    unseen: str = ""

    def problems(self, inputs: Mapping[str, Any]) -> Iterator[Problem]:
        """What in these inputs breaks the rule; unknown values are left for the day they are known."""
        for path, value in values_at(inputs, self.path):
            shown, bare = self.shown(value), plain(value)
            if bare is None or has_unknown(value) or self.holds(bare):
                continue
            yield self.problem(path, f"'{path}' is {shown}, but {self.says} ({self.source})", bare)

    def shown(self, value: Any) -> str:
        """The value as a message may show it."""
        return "a secret" if self.hidden or isinstance(value, Secret) else repr(value)

    def problem(self, path: str, reason: str, value: Any) -> Problem:  # noqa: ARG002  for rules that rest on a list
        """The refusal of one value."""
        return Problem(path, reason)

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether the rule holds for one known value."""

    def patch(self, value: Any) -> Patch:
        """`passes` or `fails` as property paths and values."""
        return {self.path: value}


@dataclass(frozen=True, kw_only=True)
class Pattern(Rule):
    """A string must match the expression from end to end."""

    regex: str

    def holds(self, value: Any) -> bool:
        """Whether the whole string matches."""
        return isinstance(value, str) and re.fullmatch(self.regex, value) is not None


@dataclass(frozen=True, kw_only=True)
class Range(Rule):
    """A number must lie between two bounds, both included."""

    least: float
    most: float

    def holds(self, value: Any) -> bool:
        """Whether the number lies within the bounds."""
        return not isinstance(value, int | float) or self.least <= value <= self.most


@dataclass(frozen=True, kw_only=True)
class Length(Rule):
    """A string (in bytes) or list (in items) must be of a certain length."""

    least: int = 0
    most: int

    def holds(self, value: Any) -> bool:
        """Whether the length lies within the bounds."""
        return self.least <= len(value.encode() if isinstance(value, str) else value) <= self.most


@dataclass(frozen=True, kw_only=True)
class Choice(Rule):
    """A value must be one of a list that the SDK does not enumerate and that the service may extend; `form` brings spellings together."""

    among: Sequence[Any]
    form: Callable[[Any], Any] = field(default=lambda value: value, repr=False)

    def holds(self, value: Any) -> bool:
        """Whether the value is in the list."""
        return self.form(value) in self.among

    def problem(self, path: str, reason: str, value: Any) -> Problem:
        """An accepted exception may let the value pass."""
        return ListedValueProblem(path, reason, value)


@dataclass(frozen=True, kw_only=True)
class Valid(Rule):
    """One value must satisfy a function, where no expression can say it."""

    test: Callable[[Any], bool]

    def holds(self, value: Any) -> bool:
        """Whether the function says so."""
        return self.test(value)


@dataclass(frozen=True, kw_only=True)
class Related(Rule):
    """
    Each value at the path must satisfy a function of itself and all inputs: a reference that must lead somewhere, an item of a list.

    A function that reads a value which is not known yet waits for the day it is.
    """

    test: Callable[[Any, dict[str, Any]], bool] = field(repr=False)

    def problems(self, inputs: Mapping[str, Any]) -> Iterator[Problem]:
        """What in these inputs breaks the rule, each by its exact path."""
        whole = refusing_unknowns(plain(inputs))
        for path, value in values_at(inputs, self.path):
            bare = plain(value)
            try:
                if bare is None or bare is UNKNOWN or self.test(refusing_unknowns(bare), whole):
                    continue
            except NotKnownYet:
                continue
            named = f"'{path}':" if isinstance(bare, dict | list) else f"'{path}' is {self.shown(value)}, but"
            yield Problem(path, f"{named} {self.says} ({self.source})")

    def holds(self, value: Any) -> bool:
        """Whether the function says so of a value that needs nothing beside it."""
        return self.test(value, {})

    def patch(self, value: Any) -> Patch:
        """What a related rule `passes` and `fails` are patches already."""
        return value


@dataclass(frozen=True, kw_only=True)
class Combination(Rule):
    """
    Several properties together must satisfy a function of all inputs.

    A function that reads a value which is not known yet waits for the day it is. `path` is the property that the message names.
    """

    test: Callable[[dict[str, Any]], bool] = field(repr=False)

    def problems(self, inputs: Mapping[str, Any]) -> Iterator[Problem]:
        """What in these inputs breaks the rule."""
        try:
            holds = self.test(refusing_unknowns(plain(inputs)))
        except NotKnownYet:
            return
        if not holds:
            yield Problem(self.path, f"'{self.path}': {self.says} ({self.source})")

    def holds(self, value: Any) -> bool:
        """Whether the function says so of the whole inputs."""
        return self.test(value)

    def patch(self, value: Any) -> Patch:
        """A combination's `passes` and `fails` are patches already."""
        return value


@dataclass(frozen=True, kw_only=True)
class ListedCombination(Combination):
    """A combination that rests on a list which the service changes from time to time; an exception may accept the value at the path."""

    def problems(self, inputs: Mapping[str, Any]) -> Iterator[Problem]:
        """What in these inputs breaks the rule, with the value that an exception would name."""
        value = value_at(inputs, self.path)
        for problem in super().problems(inputs):
            reason = problem.reason.replace(f"'{self.path}':", f"'{self.path}' is {self.shown(value)}:", 1)
            yield ListedValueProblem(problem.path, reason, value)


def without_indexes(path: str) -> str:
    """`rules[3].ref` as rules are declared: `rules[].ref`."""
    return re.sub(r"\[\d+\]", "[]", path)


def values_at(inputs: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every value at a path, with its exact path (`rules[2].ref`); none where something on the way is missing or unknown."""
    yield from _walk(inputs, path.split("."), "")


def value_at(inputs: Mapping[str, Any], path: str) -> Any:
    """The first value at a path, without its secret wrapper; None where there is none, UNKNOWN where it is not known."""
    value: Any = inputs
    for name in path.split("."):
        value = value.value if isinstance(value, Secret) else value
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(name) if is_object(value) else None
    return plain(value)


def part(inputs: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object at a property; an empty one where there is none."""
    return inputs.get(name) or {}


def objects(inputs: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in the list at a property; none where there is no list."""
    return inputs.get(name) or []


def texts(inputs: Mapping[str, Any], name: str) -> list[str]:
    """The strings in the list at a property; none where there is no list."""
    return inputs.get(name) or []


def items_at(inputs: Any, path: str) -> list[Any]:
    """The values at a path inside inputs that a test got; reading one that is not known yet makes the rule wait."""
    return [value for _, value in values_at(inputs, path) if value is not None]


def _walk(value: Any, parts: list[str], at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Secret):
        yield from _secret(_walk(value.value, parts, at))
    elif not parts:
        yield at, value
    elif is_object(value):
        name = parts[0].removesuffix("[]")
        found = value.get(name)
        where = f"{at}.{name}" if at else name
        if not parts[0].endswith("[]"):
            if name in value:
                yield from _walk(found, parts[1:], where)
        else:
            yield from _walk_items(found, parts[1:], where)


def _walk_items(found: Any, parts: list[str], at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(found, Secret):
        yield from _secret(_walk_items(found.value, parts, at))
    elif is_list(found):
        for index, item in enumerate(found):
            yield from _walk(item, parts, f"{at}[{index}]")


def _secret(found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    yield from ((path, each if isinstance(each, Secret) else Secret(each)) for path, each in found)
