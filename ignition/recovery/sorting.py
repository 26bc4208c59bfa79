"""Sorts what a preview would create: imported by an id that is known, found by a command, known later, or made anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ignition.recovery.planned import Created
from local_cloud.server.resource_types.recovery import Import, MadeAnew
from local_cloud.server.resource_types.resource_type import ResourceType


@dataclass(frozen=True)
class ToFind:
    """A resource whose id only the service knows, and the command that prints it."""

    name: str
    token: str
    command: str


@dataclass(frozen=True)
class Anew:
    """A resource that cannot be imported, why, and what stays of the old one."""

    name: str
    token: str
    because: str
    left_behind: str | None


@dataclass
class Sorted:
    """
    What becomes of each resource.

    Attributes:
        file: the import file, without what cannot be imported yet.
        imported: how many resources with an id are in it.
        to_find: whose ids are to be found.
        not_there: for which the command found nothing, so that they are created.
        later: whose ids are made from what the first import brings.
        anew: what is made anew.
    """

    file: dict[str, Any]
    imported: int = 0
    to_find: list[ToFind] = field(default_factory=list[ToFind])
    not_there: list[str] = field(default_factory=list[str])
    later: list[str] = field(default_factory=list[str])
    anew: list[Anew] = field(default_factory=list[Anew])


class UnknownNameError(Exception):
    """Something was named that the stack does not create."""


def sort(
    skeleton: Mapping[str, Any],
    planned: Iterable[Created],
    types: Mapping[str, ResourceType],
    found: Mapping[str, str],
    *,
    without: frozenset[str] = frozenset(),
    kept_only: bool = False,
) -> Sorted:
    """
    Sorts everything and fills the ids in.

    Args:
        skeleton: the import file that the engine wrote, with a placeholder for each id.
        planned: what it is about.
        types: the registered resource types by token.
        found: ids that were found, by the names in the import file.
        without: names of resources that do not exist.
        kept_only: leave out what the cloud does not keep when the program gives it up.

    Raises:
        UnknownNameError: `found` or `without` names something else.
    """
    known: dict[tuple[str, str], list[Created]] = {}
    for each in planned:
        known.setdefault((each.token, each.name), []).append(each)
    result = Sorted({**skeleton, "resources": []})
    unused = {*found, *without}
    for entry in skeleton.get("resources") or ():
        if "id" not in entry:  # a component or a provider
            result.file["resources"].append(entry)
            continue
        resource = known[entry["type"], entry.get("logicalName") or entry["name"]].pop(0)
        unused.discard(entry["name"])
        if kept_only and not resource.kept:
            continue
        if entry["name"] in without:
            result.not_there.append(entry["name"])
            continue
        _sort_one(result, entry, resource, types[entry["type"]], found)
    if unused:
        raise UnknownNameError(
            f"{', '.join(sorted(unused))}: the stack creates nothing of that name; names are those of the import file and of the "
            "printed commands"
        )
    result.file["resources"] = _needed(result.file["resources"])
    return result


def _sort_one(
    result: Sorted, entry: Mapping[str, Any], resource: Created, kind: ResourceType, found: Mapping[str, str]
) -> None:
    name, token, recovery = str(entry["name"]), resource.token, kind.recovery
    if isinstance(recovery, MadeAnew):
        left = recovery.left_behind(resource.inputs) if recovery.left_behind is not None else None
        result.anew.append(Anew(name, token, recovery.because, left))
        return
    parts = kind.id_parts(resource.inputs, resource.config)
    resource_id = recovery.filled(parts, found.get(name))
    if resource_id is not None:
        result.file["resources"].append({**entry, "id": resource_id})
        result.imported += 1
    elif found.get(name) == "":
        result.not_there.append(name)
    elif recovery.find is not None and _can_find(recovery, parts):
        result.to_find.append(ToFind(name, token, recovery.find(resource.inputs)))
    else:
        result.later.append(name)


def _can_find(recovery: Import, parts: Mapping[str, Any]) -> bool:
    return all(parts.get(name) is not None for name in recovery.needs)


def _needed(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without components and providers that nothing in the file is in or uses."""
    kept = [each for each in entries if "id" in each]
    by_name = {str(each["name"]): each for each in entries if "id" not in each}
    pending = [str(each[key]) for each in kept for key in ("parent", "provider") if each.get(key)]
    needed: set[str] = set()
    while pending:
        name = pending.pop()
        if name in by_name and name not in needed:
            needed.add(name)
            above = by_name[name]
            pending += [str(above[key]) for key in ("parent", "provider") if above.get(key)]
    return [each for each in entries if "id" in each or each["name"] in needed]
