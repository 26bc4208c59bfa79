"""What a person must know before the change is deployed, in words, the most dangerous first."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ignition.report.changes import Change
from ignition.report.stakes import Stake, stake_of


class Level(enum.IntEnum):
    """How bad it is; the lower the worse."""

    LOST = 0
    INTERRUPTED = 1
    REMOVED = 2
    REPLACED = 3
    FOLLOWS = 4


LABELS = {
    Level.LOST: "Data is lost",
    Level.INTERRUPTED: "Interrupted",
    Level.REMOVED: "Removed",
    Level.REPLACED: "Replaced",
    Level.FOLLOWS: "Follows",
}


@dataclass(frozen=True)
class Danger:
    """
    One sentence about one resource.

    Attributes:
        level: how bad it is.
        what: the resource, "Database server 'main'".
        text: what happens to it.
        change: the whole change; of several resources the first one's.
    """

    level: Level
    what: str
    text: str
    change: Change


def dangers(found: Iterable[Change]) -> Sequence[Danger]:
    """Everything that is lost, interrupted, removed or replaced; components aside."""
    resources = [each for each in found if each.custom]
    told = [danger for each in resources for danger in _of(each, stake_of(each.token))]
    return sorted([*told, *_followers(resources)], key=lambda each: (each.level, each.what))


def _followers(found: Iterable[Change]) -> Iterator[Danger]:
    """One sentence for all that follow the same resources."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for each in found:
        if each.operation == "follow":
            groups.setdefault(tuple(each.because), []).append(each)
    for causes, followers in groups.items():
        listed = ", ".join(f"'{each.name}'" for each in followers)
        what = "One resource" if len(followers) == 1 else f"{len(followers)} resources"
        verbs = ("refers", "changes", "is") if len(followers) == 1 else ("refer", "change", "are")
        of = " and ".join(f"'{each}'" for each in causes)
        text = f"{verbs[0]} to what is new of {of}, so {verbs[1]} too or {verbs[2]} replaced: {listed}."
        yield Danger(Level.FOLLOWS, what, text, followers[0])


def _of(change: Change, stake: Stake) -> Iterator[Danger]:
    what = f"{stake.noun[0].upper()}{stake.noun[1:]} '{change.name}'"
    guard = " Pulumi refuses that while the resource is protected." if change.protected else ""
    if change.operation == "delete":
        if stake.lost:
            yield Danger(Level.LOST, what, f"is deleted: {stake.lost}.{guard}", change)
        elif stake.interrupted:
            yield Danger(Level.REMOVED, what, f"is deleted. Affected: {stake.interrupted}.{guard}", change)
        else:
            yield Danger(Level.REMOVED, what, f"is deleted.{guard}", change)
    elif change.operation == "replace":
        why = _why(change)
        if stake.lost:
            yield Danger(Level.LOST, what, f"is replaced{why}: {stake.lost}.{guard}", change)
        elif stake.interrupted:
            yield Danger(Level.INTERRUPTED, what, f"is replaced{why}. Interrupted: {stake.interrupted}.{guard}", change)
        else:
            yield Danger(Level.REPLACED, what, f"is replaced{why}.{guard}", change)
    elif change.operation == "update":
        for path, text in stake.in_place.items():
            changed = [each for each in change.differences if each.path == path or each.path.startswith(f"{path}.")]
            if changed:
                yield Danger(Level.INTERRUPTED, what, f"changes '{changed[0].path}': {text}.", change)


def _why(change: Change) -> str:
    changed = [each.path for each in change.differences if each.replaces]
    if changed:
        return f" because '{changed[0]}' changes"
    return f" because '{change.because[0]}' is replaced" if change.because else ""
