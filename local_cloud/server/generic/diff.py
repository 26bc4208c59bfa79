"""
The generic Diff: which properties changed, and whether the change makes a new resource.

A value that is not known yet counts as changed; one that was redacted from an exported state counts as neither. Where the old value is
unknown too, the state is the plan of another revision, and what the value is made of is for the comparison of the two plans to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from local_cloud.server.generic import transitions
from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.rules import Problem
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.wire import UNKNOWN, Secret, is_redacted

IMMUTABLE: Final = "change.immutable"

Kind = Literal["add", "delete", "update"]


@dataclass(frozen=True)
class Change:
    """One changed property."""

    path: str
    kind: Kind
    replaces: bool


def changes(resource_type: ResourceType, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The changes from the old inputs to the new ones, in the order of their paths."""
    replacing = resource_type.replacing
    return [
        Change(path, kind, _covers(replacing, path))
        for path, kind, before, after in _differences(old, new, "")
        if not resource_type.same(path, before, after)
    ]


def refused_updates(resource_type: ResourceType, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything about a change in place that the service would refuse."""
    for path in refused_changes(resource_type, old, new):
        remedy = f'put the old value back, or make a new resource with ResourceOptions(replace_on_changes=["{path}"])'
        reason = (
            f"'{path}' cannot change once the resource exists, and the service would refuse the update. "
            f"{remedy[0].upper()}{remedy[1:]}"
        )
        yield Problem(path, reason, rule=IMMUTABLE, remedy=remedy)
    yield from transitions.refused(resource_type.transitions, old, new)


def refused_changes(resource_type: ResourceType, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Changed properties that cannot change in place, although the real provider would send them as an update."""
    immutable = frozenset(resource_type.immutable)
    return [
        path
        for path, _, before, after in _differences(old, new, "")
        if _covers(immutable, path) and not resource_type.same(path, before, after)
    ]


def _covers(paths: frozenset[str], path: str) -> bool:
    """Whether the path is one of the paths or lies below one, indexes aside."""
    bare = re.sub(r"\[\d+\]", "", path)
    return any(bare == each or bare.startswith(f"{each}.") for each in paths)


def _differences(old: Any, new: Any, at: str) -> Iterator[tuple[str, Kind, Any, Any]]:
    old, new = _bare(old), _bare(new)
    if is_redacted(old) or is_redacted(new):
        return
    if is_object(old) and is_object(new):
        for key in sorted({*old, *new}):
            if not key.startswith("__"):
                yield from _differences(old.get(key), new.get(key), f"{at}.{key}" if at else key)
    elif is_list(old) and is_list(new):
        for index in range(max(len(old), len(new))):
            yield from _differences(_item(old, index), _item(new, index), f"{at}[{index}]")
    elif old is UNKNOWN and new is UNKNOWN:
        return
    elif new is UNKNOWN:
        yield at, "add" if old is None else "update", old, new
    elif old is UNKNOWN or type(old) is not type(new) or old != new:
        if _is_numerically_equal(old, new):
            return
        yield at, "add" if old is None else "delete" if new is None else "update", old, new


def _is_numerically_equal(old: Any, new: Any) -> bool:
    return isinstance(old, int | float) and isinstance(new, int | float) and not isinstance(old, bool) and old == new


def _bare(value: Any) -> Any:
    return _bare(value.value) if isinstance(value, Secret) else value


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None
