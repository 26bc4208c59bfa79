"""What a rule of the pack declares: why, by which source, how severe, what to write instead, and an example of either side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pulumi_policy import PolicyResource, ResourceValidationArgs, Severity

from policy.stages import Enforcement

Resource: TypeAlias = ResourceValidationArgs | PolicyResource
"""A resource under review."""
StackResource: TypeAlias = PolicyResource
"""A resource of a whole stack, which also knows what its properties come from."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """
    A resource of an example.

    Attributes:
        token: its type.
        props: its inputs by the provider's names; UNKNOWN_TEXT for one that a preview does not know.
        name: its name in the program.
        protect: whether it is protected.
        comes_from: property to the names of the resources that its value comes from.
    """

    token: str
    props: Mapping[str, Any] = field(default_factory=dict[str, Any])
    name: str = "sample"
    protect: bool = False
    comes_from: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


@dataclass(frozen=True, kw_only=True)
class Rule:
    """
    One thing that is unwise on this platform.

    Attributes:
        id: its subject and name, `data.protected`: the file's place in this package.
        says: what must hold, a sentence.
        why: what happens otherwise, a sentence.
        source: the page that says so.
        severity: how bad a breach is.
        remedy: what to write instead, a sentence.
        enforcement: how strict it is in the stacks of each stage.
        passes: a stack that keeps the rule.
        fails: a stack that breaks it.
    """

    id: str
    says: str
    why: str
    source: str
    severity: Severity
    remedy: str
    enforcement: Enforcement
    passes: Sequence[Sample] = field(repr=False)
    fails: Sequence[Sample] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """
    A rule on one resource alone.

    Attributes:
        of: the types that it is about.
        breaches: what is wrong with a resource of such a type, a clause for each thing; never a secret value.
    """

    of: Sequence[str]
    breaches: Callable[[Resource], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """
    A rule on the resources of a stack together.

    Attributes:
        breaches: what is wrong, a clause for each thing, with the resource that it is about.
    """

    breaches: Callable[[Sequence[StackResource]], Iterator[tuple[Resource, str]]]


def of_types(resources: Iterable[StackResource], *tokens: str) -> Iterator[StackResource]:
    """The resources of some types."""
    return (each for each in resources if each.resource_type in tokens)


def come_from(resources: Iterable[StackResource], *paths: str) -> frozenset[str]:
    """URNs of what the values of some top-level properties come from."""
    return frozenset(
        source.urn for each in resources for path in paths for source in each.property_dependencies.get(path, ())
    )
