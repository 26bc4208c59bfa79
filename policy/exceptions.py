"""
What the project accepts although a policy speaks against it: the entries of `accepted-exceptions.yaml` with `policy` in them.

The file also holds exceptions from the rules of the clouds, which are not read here. Where the host of a preview reads the whole
file itself, it says so in IGNITION_POLICY_EXCEPTIONS; the entries are then checked here, and applied and listed there.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, cast

import pulumi
import yaml
from pulumi_policy import EnforcementLevel, ReportViolation, Severity, StackValidationArgs, StackValidationPolicy

FILE_NAME: Final = "accepted-exceptions.yaml"
HOST_VARIABLE: Final = "IGNITION_POLICY_EXCEPTIONS"
UNUSED: Final = "exceptions.unused"
_FIELDS: Final = ("policy", "resources", "reason", "expires")


class ExceptionsError(Exception):
    """The file cannot be used; the message names the entry and what to write."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One exception; after its last day it accepts nothing."""

    number: int
    policy: str
    resources: tuple[str, ...]
    reason: str
    expires: dt.date

    @property
    def expired(self) -> bool:
        """Whether the last day has passed."""
        return dt.datetime.now(tz=dt.UTC).date() > self.expires

    def accepts(self, policy: str, urn: str) -> bool:
        """Whether the entry is about a policy and a resource; a pattern with `::` is compared with the URN."""
        name = urn.rsplit("::", 1)[-1]
        return self.policy == policy and any(
            fnmatchcase(urn if "::" in pattern else name, pattern) for pattern in self.resources
        )

    def concerns(self, stack: str) -> bool:
        """Whether the entry may be about a stack; a URN, `urn:pulumi:STACK::...`, names the one that it is of."""
        named = [each.removeprefix("urn:pulumi:").partition("::") for each in self.resources]
        return any(not separator or fnmatchcase(stack, pattern) for pattern, separator, _ in named)

    def __str__(self) -> str:
        return f"{FILE_NAME}, entry {self.number} ({self.policy}, {', '.join(self.resources)})"


class Accepted:
    """
    The entries as they are applied in one run.

    Args:
        entries: what the project accepts.
        known: the ids of all policies.

    Raises:
        ExceptionsError: an entry names no policy.
    """

    def __init__(self, entries: Sequence[Entry], known: frozenset[str]) -> None:
        for each in entries:
            if each.policy not in known:
                raise ExceptionsError(
                    f"{each}: there is no policy '{each.policy}'; it must be one of {', '.join(sorted(known))}"
                )
        self._entries = () if os.environ.get(HOST_VARIABLE) else tuple(entries)
        self._used: set[Entry] = set()

    def verdict(self, policy: str, urn: str) -> str | None:
        """What to add to a violation's message; None where the project accepts the violation."""
        entry = next((each for each in self._entries if each.accepts(policy, urn)), None)
        if entry is None:
            return ""
        self._used.add(entry)
        return f"; its exception in {FILE_NAME} ended on {entry.expires}" if entry.expired else None

    def policy(self) -> StackValidationPolicy:
        """Names the entries that accepted nothing; runs last."""

        def validate(args: StackValidationArgs, report: ReportViolation) -> None:  # noqa: ARG001  Pulumi's signature
            for each in self._entries:
                if each not in self._used and each.concerns(pulumi.get_stack()):
                    report(f"{each} accepted nothing: remove it where no other stack needs it", None)

        return StackValidationPolicy(
            UNUSED,
            "Exceptions are needed. An exception that accepts nothing hides the next breach.",
            validate,
            EnforcementLevel.ADVISORY,
            severity=Severity.LOW,
        )


def load(root: Path) -> tuple[Entry, ...]:
    """
    The exceptions from policies of a project; none where it has no such file.

    Args:
        root: the directory of the project.

    Raises:
        ExceptionsError: the file cannot be used.
    """
    file = root / FILE_NAME
    try:
        entries: Any = yaml.safe_load(file.read_text(encoding="utf-8")) or []
    except FileNotFoundError:
        return ()
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ExceptionsError(f"{file}: not YAML: {error}") from error
    if not isinstance(entries, list):
        raise ExceptionsError(f"{file}: must be a list of entries")
    numbered = enumerate(cast("list[Any]", entries), 1)
    return tuple(
        _entry(file, number, cast("dict[str, Any]", each))
        for number, each in numbered
        if isinstance(each, dict) and "policy" in each
    )


def _entry(file: Path, number: int, entry: dict[str, Any]) -> Entry:
    where = f"{file}: entry {number}"
    if set(entry) != set(_FIELDS):
        raise ExceptionsError(f"{where} must have exactly {', '.join(_FIELDS)}")
    resources, reason, expires = entry["resources"], entry["reason"], entry["expires"]
    if not isinstance(expires, dt.date) or isinstance(expires, dt.datetime):
        raise ExceptionsError(f"{where}: expires must be a date like 2027-01-31, not {expires!r}")
    if not isinstance(reason, str) or not reason.strip():
        raise ExceptionsError(f"{where}: reason must be a text that says why this is accepted")
    patterns: list[Any] = cast("list[Any]", resources) if isinstance(resources, list) else []
    if not patterns or not all(isinstance(each, str) and each for each in patterns):
        raise ExceptionsError(f"{where}: resources must be a list of names or URNs, not {resources!r}")
    return Entry(number=number, policy=str(entry["policy"]), resources=tuple(patterns), reason=reason, expires=expires)
