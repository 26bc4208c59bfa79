"""Changes in one direction only: storage grows, a version never goes down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from local_cloud.server.rules import Problem, values_at
from local_cloud.server.wire import REDACTED, Secret, has_unknown, plain

ONE_WAY: Final = "change.one-way"


@dataclass(frozen=True, kw_only=True)
class Transition:
    """
    What the service asks of a change of one property.

    Attributes:
        path: the property on the wire, `storage.storageSizeGB`.
        says: the rule in words that end a sentence beginning with the property.
        source: the page or issue that says so.
        test: whether the service takes the change from one value to another; asked only where both are known and differ.
        passes: an old and a new value that the service takes.
        fails: an old and a new value that it refuses.
    """

    path: str
    says: str
    source: str
    test: Callable[[Any, Any], bool] = field(repr=False)
    passes: tuple[Any, Any]
    fails: tuple[Any, Any]


def refused(transitions: Sequence[Transition], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Problem]:
    """Why the service would refuse the change from the old inputs to the new ones; nothing where it takes it."""
    for each in transitions:
        found = [value for inputs in (old, new) for _, value in values_at(inputs, each.path)]
        before, after = (plain(value) for value in found) if len(found) == 2 else (None, None)
        if before is None or after is None or before in (REDACTED, after) or has_unknown([before, after]):
            continue
        if not each.test(before, after):
            hidden = any(isinstance(value, Secret) for value in found)
            change = "would change" if hidden else f"would change from {before!r} to {after!r}"
            reason = f"'{each.path}' {change}, but {each.says} ({each.source})"
            yield Problem(each.path, reason, rule=ONE_WAY, remedy=each.says, source=each.source)
