"""Replays the inputs of a recorded run through the providers' checks, plans and rules, and compares what both say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ignition.calibrate.recorded import Recorded, Seen
from ignition.report.masking import MASK, is_named_like_secret
from local_cloud.catalog import PACKAGES
from local_cloud.server.generic import check, diff
from local_cloud.server.generic.outputs import before_service
from local_cloud.server.plan.judge import Judge
from local_cloud.server.plan.planned import Planned
from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.values.shapes import is_dict, is_list
from local_cloud.server.wire import UNKNOWN, Secret, plain

ABSENT: Final = "(none)"


@dataclass(frozen=True)
class Here:
    """
    A rule of this installation that a resource breaks.

    Attributes:
        rule: its id.
        path: the property.
        message: what people read.
    """

    rule: str
    path: str
    message: str


@dataclass(frozen=True)
class OutputDifference:
    """An output that this installation knows before the deployment, and that the cloud answered otherwise."""

    path: str
    here: str
    there: str


@dataclass(frozen=True)
class Compared:
    """
    One resource, by both.

    Attributes:
        seen: as it was recorded.
        registered: whether its type has rules here.
        here: which rules it breaks.
        differences: of its outputs.
        only_there: outputs that only the cloud knew.
    """

    seen: Seen
    registered: bool
    here: Sequence[Here] = ()
    differences: Sequence[OutputDifference] = ()
    only_there: Sequence[str] = ()

    @property
    def agrees(self) -> bool:
        """Whether both refuse it, or both take it with the same outputs."""
        return bool(self.seen.failures) == bool(self.here) and not self.differences


@dataclass(frozen=True)
class Calibration:
    """A whole run, by both."""

    record: Recorded
    resources: Sequence[Compared] = field(default_factory=list[Compared])

    @property
    def refused_there(self) -> Sequence[Compared]:
        """What was refused there and is not here."""
        return [each for each in self.resources if each.seen.failures and not each.here]

    @property
    def refused_here(self) -> Sequence[Compared]:
        """What is refused here and was not there."""
        return [each for each in self.resources if each.here and not each.seen.failures]

    @property
    def refused_by_both(self) -> Sequence[Compared]:
        """What both refuse; whether for the same reason, a person must say."""
        return [each for each in self.resources if each.here and each.seen.failures]

    @property
    def different(self) -> Sequence[Compared]:
        """Whose outputs are not as expected."""
        return [each for each in self.resources if each.differences]

    @property
    def confirmed(self) -> Mapping[str, int]:
        """By registered type, how many resources the clouds made as this installation says, where none of the type disagrees."""
        counts: dict[str, int] = {}
        disagreeing = {each.seen.token for each in self.resources if not each.agrees}
        for each in self.resources:
            token = each.seen.token
            if (
                each.registered
                and token not in disagreeing
                and each.seen.outputs is not None
                and not each.seen.failures
            ):
                counts[token] = counts.get(token, 0) + 1
        return dict(sorted(counts.items()))


def compared(record: Recorded, types: Callable[[str], ResourceType | None] | None = None) -> Calibration:
    """
    Compares a run.

    Args:
        record: the run.
        types: looks up the registered types by token; the installation's own where it is not given.
    """
    known = {each.token: each for package in PACKAGES for each in package.types}
    look_up = types or known.get
    by_plan = _of_plan(record.resources)
    return Calibration(
        record, [_one(each, look_up(each.token), by_plan.get(each.urn, [])) for each in record.resources if each.custom]
    )


def _of_plan(resources: Sequence[Seen]) -> dict[str, list[Here]]:
    """By URN, the rules over the plan that are broken; warnings aside."""
    judge = Judge(PACKAGES)
    planned = [Planned(each.urn, each.token, plain(dict(each.inputs)), waits_for=each.waits_for) for each in resources]
    found: dict[str, list[Here]] = {}
    for refusal in judge.refusals(judge.plan(planned)):
        if not refusal.rule.warning:
            broken = Here(refusal.rule.id, refusal.path, refusal.reason)
            found.setdefault(refusal.resource.urn, []).append(broken)
    return found


def _one(seen: Seen, kind: ResourceType | None, of_plan: Sequence[Here]) -> Compared:
    if kind is None:
        return Compared(seen, registered=False, here=of_plan)
    problems = check.problems(kind, seen.inputs)
    if seen.old_inputs is not None:
        problems += diff.refused_updates(kind, seen.old_inputs, seen.inputs)
    here = [*(Here(each.rule, each.path, each.reason) for each in problems), *of_plan]
    if seen.outputs is None or seen.failures:
        return Compared(seen, registered=True, here=here)
    expected = before_service(kind, seen.inputs, missing=UNKNOWN)
    return Compared(
        seen,
        registered=True,
        here=here,
        differences=list(_differences(expected, seen.outputs, "")),
        only_there=sorted(
            name for name, value in seen.outputs.items() if expected.get(name, UNKNOWN) is UNKNOWN and value is not None
        ),
    )


def _differences(here: Any, there: Any, at: str) -> Iterator[OutputDifference]:
    """Where something is known on both sides, or expected and not there."""
    if here is UNKNOWN or there is UNKNOWN or isinstance(here, Secret) or isinstance(there, Secret):
        return
    if is_dict(here) and is_dict(there):
        for key, value in here.items():
            yield from _differences(value, there.get(key), f"{at}.{key}".lstrip("."))
    elif is_list(here) and is_list(there) and len(here) == len(there):
        for index, (one, other) in enumerate(zip(here, there, strict=True)):
            yield from _differences(one, other, f"{at}[{index}]")
    elif not _same(here, there):
        yield OutputDifference(at, _shown(at, here), _shown(at, there))


def _same(here: Any, there: Any) -> bool:
    """Services give ids and names back in other letters; an empty value often does not come back at all."""
    if isinstance(here, str) and isinstance(there, str):
        return here.casefold() == there.casefold()
    if there is None:
        return here is None or here in ([], {}, "")
    return here == there


def _shown(at: str, value: Any) -> str:
    if value is None:
        return ABSENT
    name = at.rsplit(".", 1)[-1].partition("[")[0]
    return MASK if is_named_like_secret(name) else repr(plain(value))
