"""The whole report as data, before it is written in any form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ignition.report.changes import Change
from ignition.report.dangers import Danger, dangers
from ignition.report.picture import DONE, ORDER
from ignition.report.sizes import SizeChange, sizes
from ignition.report.variables import Setting, settings


@dataclass(frozen=True)
class Finding:
    """
    A refusal, a warning, or what a policy speaks against.

    Attributes:
        rule: its id.
        message: what is wrong.
        remedy: what to write; may be empty.
        source: the page that the rule comes from; may be empty.
        place: file and line, `infra/network.py:150`; empty where that is not known.
        severity: how bad it is by whoever found it; may be empty.
    """

    rule: str
    message: str
    remedy: str = ""
    source: str = ""
    place: str = ""
    severity: str = ""


@dataclass(frozen=True)
class Report:
    """
    Attributes:
        project, stack: what it is about.
        base: what the present tree was compared with, for people.
        changes: every resource, unchanged ones too.
        refusals, warnings, policies: what was found.
        errors: what stopped the preview, apart from refusals.
        accepted: exceptions that accepted something: rule, urn, name, place, reason, expires, and the number of the entry.
        unused: exceptions that accepted nothing.
        settings: variables of apps that are not as before.
        notes: what was not compared or not checked.
    """  # noqa: D205  the class's name says it

    project: str
    stack: str
    base: str
    changes: Sequence[Change]
    refusals: Sequence[Finding]
    warnings: Sequence[Finding]
    policies: Sequence[Finding]
    errors: Sequence[str]
    accepted: Sequence[Mapping[str, str]]
    unused: Sequence[str]
    settings: Sequence[Setting]
    notes: Sequence[str]

    @property
    def dangers(self) -> Sequence[Danger]:
        """What is lost, interrupted, removed or replaced; the worst first."""
        return dangers(self.changes)

    @property
    def sizes(self) -> Sequence[SizeChange]:
        """What changes the price."""
        return sizes(self.changes)

    @property
    def changed(self) -> Sequence[Change]:
        """The resources that do not stay as they are; the most dangerous operation first."""
        found = [each for each in self.changes if each.operation != "same" and each.custom]
        return sorted(found, key=lambda each: (ORDER.index(each.operation), each.name))

    @property
    def summary(self) -> str:
        """The counts in one line."""
        counts = Counter(each.operation for each in self.changes if each.custom)
        parts = [f"{counts[each]} {DONE[each]}" for each in ORDER if counts[each]]
        refused = len(self.refusals)
        parts += [f"{refused} refused"] if refused else []
        parts += [f"{len(self.policies)} against policies"] if self.policies else []
        parts += [f"{len(self.warnings)} warned of"] if self.warnings else []
        return ", ".join(parts) or "nothing"


def finding(entry: Mapping[str, Any]) -> Finding:
    """A finding, from an entry of the preview's machine-readable result; a policy's entry calls its rule `policy`."""
    position: Mapping[str, Any] = entry.get("position") or {}
    place = f"{position['file']}:{position['line']}" if position.get("file") else ""
    words = [str(entry[each]) for each in ("enforcement", "severity") if entry.get(each)]
    texts = {each: str(entry.get(each) or "") for each in ("message", "remedy", "source")}
    return Finding(
        rule=str(entry.get("rule") or entry.get("policy") or ""), place=place, severity=", ".join(words), **texts
    )


def _accepted(entry: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, str]:
    texts = {each: str(entry.get(each) or "") for each in ("rule", "urn", "reason", "expires", "entry")}
    return texts | {"name": texts["urn"].rsplit("::", 1)[-1], "place": places.get(texts["urn"], "")}


def assembled(
    *,
    project: str,
    stack: str,
    base: str,
    found: Sequence[Change],
    document: Mapping[str, Any],
    errors: Sequence[str],
    outputs: tuple[Mapping[str, Any], Mapping[str, Any]],
    notes: Sequence[str],
) -> Report:
    """
    The report.

    Args:
        project: the project's name.
        stack: the stack's short name.
        base: what the present tree was compared with, for people.
        found: every resource.
        document: the findings in their machine-readable form.
        errors: what stopped the preview.
        outputs: the stack's, before and now.
        notes: what was not compared.
    """
    places = {each.urn: f"{each.file}:{each.line}" for each in found if each.file}
    more = [
        f"{len(document.get(key) or ())} {text}"
        for key, text in (
            ("checkedByTypesOnly", "resources are checked by the SDK's types only"),
            ("unknownFunctions", "functions that ask the cloud are not asked"),
        )
        if document.get(key)
    ]
    return Report(
        project=project,
        stack=stack,
        base=base,
        changes=found,
        refusals=[finding(each) for each in document.get("refusals") or ()],
        warnings=[finding(each) for each in document.get("warnings") or ()],
        policies=[finding(each) for each in document.get("policies") or ()],
        errors=errors,
        accepted=[_accepted(each, places) for each in document.get("acceptedExceptions") or ()],
        unused=[str(each) for each in document.get("unusedExceptions") or ()],
        settings=settings(*outputs),
        notes=[*notes, *more],
    )
