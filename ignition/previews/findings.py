"""What a preview refused and noted, from the report that providers and language host wrote while it ran."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from local_cloud.plan.source_files import in_repository
from local_cloud.server.plan.report import (
    ACCEPTED,
    JUDGED,
    PACK,
    POLICY,
    REFUSAL,
    REPORT_VARIABLE,
    STRICT_VARIABLE,
    TYPES_ONLY,
    UNKNOWN_FUNCTION,
    read,
)

Refusal = Mapping[str, Any]
"""As `local_cloud.server.plan.report.Refusal` has it."""


@dataclass(frozen=True)
class Findings:
    """
    Everything that one preview reported.

    Attributes:
        lines: the report.
        root: the project's directory.
    """

    lines: Sequence[Mapping[str, Any]]
    root: Path

    @property
    def refusals(self) -> Sequence[Refusal]:
        """What was refused, warnings aside; files relative to the repository."""
        return [each for each in self._located if not each["warning"]]

    @property
    def warnings(self) -> Sequence[Refusal]:
        """What was shown and not refused."""
        return [each for each in self._located if each["warning"]]

    @property
    def policies(self) -> Sequence[Refusal]:
        """What policies speak against; an advisory one is a `warning`. Each has a `pack` and a `severity` too."""
        return [self._in_repository(each) for each in self._of(POLICY)]

    @property
    def packs(self) -> Sequence[Mapping[str, Any]]:
        """The policy packs that were asked: name, number of policies, and those that gave up."""
        return self._of(PACK)

    @property
    def accepted(self) -> Sequence[Mapping[str, Any]]:
        """What the project accepts, with the entry that does."""
        return self._of(ACCEPTED)

    @property
    def types_only(self) -> Sequence[Mapping[str, Any]]:
        """Resources whose type was checked by what the SDK says of it."""
        return self._of(TYPES_ONLY)

    @property
    def unknown_functions(self) -> Sequence[str]:
        """Functions whose results stayed unknown, by token."""
        return sorted({each["token"] for each in self._of(UNKNOWN_FUNCTION)})

    @property
    def judged(self) -> Mapping[str, Any] | None:
        """What the language host said at the end; None where it did not run the program."""
        return next(iter(self._of(JUDGED)), None)

    @property
    def unused(self) -> Sequence[str]:
        """Entries of the exceptions file that accepted nothing."""
        return list(self.judged["unused"]) if self.judged is not None else []

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "refusals": [_for_programs(each) for each in self.refusals],
            "warnings": [_for_programs(each) for each in self.warnings],
            "policies": [_of_policy(each) for each in self.policies],
            "policyPacks": [{"name": each["pack"], "policies": each["policies"]} for each in self.packs],
            "acceptedExceptions": self.accepted,
            "unusedExceptions": self.unused,
            "checkedByTypesOnly": self.types_only,
            "unknownFunctions": self.unknown_functions,
            "planJudged": self.judged is not None,
        }

    @cached_property
    def _located(self) -> list[dict[str, Any]]:
        return [self._in_repository(each) for each in self._of(REFUSAL)]

    def _in_repository(self, refusal: Refusal) -> dict[str, Any]:
        return {**refusal, **{name: in_repository(refusal[name], self.root) for name in ("file", "other_file")}}

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in each.items() if name != "kind"}
            for each in self.lines
            if each["kind"] == kind
        ]


def _for_programs(refusal: Refusal) -> dict[str, Any]:
    return {
        "rule": refusal["rule"],
        "urns": [each for each in (refusal["urn"], refusal["other"]) if each],
        "type": refusal["token"],
        "path": refusal["path"],
        "position": _position(refusal["file"], refusal["line"]),
        "otherPosition": _position(refusal["other_file"], refusal["other_line"]),
        "message": refusal["message"],
        "remedy": refusal["remedy"],
        "source": refusal["source"],
    }


def _of_policy(violation: Refusal) -> dict[str, Any]:
    """A policy's violation has no second resource and no property."""
    return {
        "policy": violation["rule"],
        "pack": violation["pack"],
        "enforcement": "advisory" if violation["warning"] else "mandatory",
        "severity": violation["severity"],
        "urn": violation["urn"],
        "type": violation["token"],
        "position": _position(violation["file"], violation["line"]),
        "message": violation["message"],
        "remedy": violation["remedy"],
        "source": violation["source"],
    }


def _position(file: str, line: int) -> dict[str, Any] | None:
    return {"file": file, "line": line} if file else None


@dataclass(frozen=True)
class Reporting:
    """A report that is being written."""

    file: Path
    strict: bool

    @property
    def environment(self) -> dict[str, str]:
        """What tells providers and language host of it."""
        return {REPORT_VARIABLE: str(self.file), STRICT_VARIABLE: "1" if self.strict else "0"}

    def findings(self, root: Path) -> Findings:
        """What was reported so far; of the project in a directory where no language host of ours says which one it ran."""
        lines = read(self.file)
        named = next((each["root"] for each in lines if each["kind"] == JUDGED), None)
        return Findings(lines, Path(named) if named else root)


@contextlib.contextmanager
def reporting(*, strict: bool) -> Generator[Reporting]:
    """
    A place for a report, which goes afterwards.

    Args:
        strict: whether warnings and what is checked by types only are refused.
    """
    with tempfile.TemporaryDirectory(prefix="ignition-report-") as directory:
        file = Path(directory, "report")
        file.touch(0o600)
        yield Reporting(file, strict)
