"""
What the project accepts although a rule or a policy speaks against it: values that a list does not know yet, clashes, violations.

The file `accepted-exceptions.yaml` at the project's root holds a list. An entry has a reason, an expiry date, and either `type`,
`property` and `value`, or the id of a `rule` or `policy` and the `resources` (names or URNs, `*` for any text) that may break it.
"""

from __future__ import annotations

import builtins
import datetime as dt
import functools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from local_cloud.server.rules import without_indexes
from local_cloud.server.values.shapes import is_dict, is_list
from local_cloud.yaml_file import YamlError, read_yaml

FILE_NAME: Final = "accepted-exceptions.yaml"
_SHARED_FIELDS: Final = ("reason", "expires")
_VALUE_FIELDS: Final = ("type", "property", "value", *_SHARED_FIELDS)
_RULE_FIELDS: Final = ("rule", "resources", *_SHARED_FIELDS)
_POLICY_FIELDS: Final = ("policy", "resources", *_SHARED_FIELDS)


class ExceptionsError(Exception):
    """The file of accepted exceptions cannot be used; the message names the entry and what to write."""


@dataclass(frozen=True, kw_only=True)
class AcceptedException(ABC):
    """An entry; after `expires` it accepts nothing."""

    number: int
    reason: str
    expires: dt.date

    @property
    def expired(self) -> bool:
        """Whether the day has passed."""
        return dt.datetime.now(tz=dt.UTC).date() > self.expires

    @property
    @abstractmethod
    def about(self) -> str:
        """What it accepts, for people."""

    def concerns(self, stack: str) -> bool:  # noqa: ARG002  a value may be in any stack
        """Whether it may be about a stack."""
        return True

    def __str__(self) -> str:
        return f"{FILE_NAME}, entry {self.number} ({self.about})"


@dataclass(frozen=True, kw_only=True)
class AcceptedValue(AcceptedException):
    """A value that a list does not know yet."""

    type: str
    property: str
    value: Any

    @builtins.property  # a field has the short name
    def about(self) -> str:
        """The type and property; the value may be long."""
        return f"{self.type}, {self.property}"

    def accepts(self, token: str, path: str, value: Any) -> bool:
        """Whether this entry speaks of that value at that property; `rules[3].x` is asked for as `rules[].x`."""
        return (self.type, self.property, self.value) == (token, without_indexes(path), value)


@dataclass(frozen=True, kw_only=True)
class AcceptedBreach(AcceptedException):
    """Resources that may break a rule."""

    rule: str
    resources: tuple[str, ...]

    @property
    def about(self) -> str:
        """The rule and the resources."""
        return f"{self.rule}, {', '.join(self.resources)}"

    def accepts(self, rule: str, urns: Sequence[str]) -> bool:
        """Whether this entry speaks of that rule and of every one of the resources."""
        return self.rule == rule and all(self._names(urn) for urn in urns)

    def concerns(self, stack: str) -> bool:
        """Whether it may be about a stack; a URN names the one that it is of."""
        return any("::" not in each or fnmatchcase(stack, _stack_of(each)) for each in self.resources)

    def _names(self, urn: str) -> bool:
        name = urn.rsplit("::", 1)[-1]
        return any(fnmatchcase(urn if "::" in each else name, each) for each in self.resources)


@dataclass(frozen=True, kw_only=True)
class AcceptedViolation(AcceptedBreach):
    """Resources that a policy may speak against; `rule` is the policy."""


def _stack_of(pattern: str) -> str:
    """The stack of a pattern for URNs, `urn:pulumi:STACK::PROJECT::...`, itself a pattern."""
    return pattern.removeprefix("urn:pulumi:").partition("::")[0]


def load(root: Path) -> tuple[AcceptedException, ...]:
    """
    The project's accepted exceptions; none where it has no such file.

    Raises:
        ExceptionsError: the file cannot be used.
    """
    file = root / FILE_NAME
    try:
        stamp = file.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    return _read(file, stamp)


@functools.lru_cache(maxsize=16)
def _read(file: Path, _stamp: int) -> tuple[AcceptedException, ...]:
    try:
        entries: Any = read_yaml(file) or []
    except YamlError as error:
        raise ExceptionsError(f"not YAML as it is read here: {error}") from None
    except OSError as error:
        raise ExceptionsError(f"{file} cannot be read: {error.strerror}") from None
    if not is_list(entries):
        raise ExceptionsError(f"{file}: must be a list of entries, each with {_either()}")
    return tuple(_entry(file, number, entry) for number, entry in enumerate(entries, 1))


def _entry(file: Path, number: int, entry: Any) -> AcceptedException:
    of_policy = is_dict(entry) and "policy" in entry
    of_rule = of_policy or (is_dict(entry) and "rule" in entry)
    expected = _POLICY_FIELDS if of_policy else _RULE_FIELDS if of_rule else _VALUE_FIELDS
    if not is_dict(entry) or set(entry) != set(expected):
        names = _listed(expected) if of_rule else _either()
        raise ExceptionsError(f"{file}: entry {number} must have exactly {names}")
    if not isinstance(entry["expires"], dt.date):
        raise ExceptionsError(
            f"{file}: entry {number}: expires must be a date like 2027-01-31, not {entry['expires']!r}"
        )
    if not isinstance(entry["reason"], str) or not entry["reason"].strip():
        raise ExceptionsError(f"{file}: entry {number}: reason must be a text that says why this is accepted")
    if not of_rule:
        return AcceptedValue(number=number, **entry)
    resources: Any = entry["resources"]
    if not is_list(resources) or not resources or not all(isinstance(each, str) and each for each in resources):
        raise ExceptionsError(
            f"{file}: entry {number}: resources must be a list of the resources' names or URNs, not {resources!r}"
        )
    return (AcceptedViolation if of_policy else AcceptedBreach)(
        number=number,
        rule=str(entry["policy" if of_policy else "rule"]),
        resources=tuple(resources),
        reason=entry["reason"],
        expires=entry["expires"],
    )


def _either() -> str:
    return f"{_listed(_VALUE_FIELDS)}, or {_listed(_RULE_FIELDS)}, or {_listed(_POLICY_FIELDS)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
