"""
Values that a list of an SDK does not know yet and that the project accepts all the same.

The file `accepted-exceptions.yaml` at the project's root holds entries of type, property, value, reason and expiry date.
"""

from __future__ import annotations

import builtins
import datetime as dt
import functools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import yaml

from local_cloud.server.rules import without_indexes
from local_cloud.server.values.shapes import is_dict, is_list

FILE_NAME: Final = "accepted-exceptions.yaml"


class ExceptionsError(Exception):
    """The file of accepted exceptions cannot be used; the message names the entry and what to write."""


@dataclass(frozen=True)
class AcceptedException:
    """One accepted value; after `expires` it is refused again."""

    type: str
    property: str
    value: Any
    reason: str
    expires: dt.date

    @builtins.property  # a field has the short name
    def expired(self) -> bool:
        """Whether the day has passed."""
        return dt.datetime.now(tz=dt.UTC).date() > self.expires

    def accepts(self, token: str, path: str, value: Any) -> bool:
        """Whether this entry speaks of that value at that property; `rules[3].x` is asked for as `rules[].x`."""
        return (self.type, self.property, self.value) == (token, without_indexes(path), value)


def load(root: Path) -> tuple[AcceptedException, ...]:
    """The project's accepted exceptions; none where it has no such file."""
    file = root / FILE_NAME
    try:
        stamp = file.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    return _read(file, stamp)


@functools.lru_cache(maxsize=16)
def _read(file: Path, _stamp: int) -> tuple[AcceptedException, ...]:
    try:
        entries: Any = yaml.safe_load(file.read_text()) or []
    except yaml.YAMLError as error:
        raise ExceptionsError(f"{file}: not YAML: {error}") from error
    if not is_list(entries):
        raise ExceptionsError(f"{file}: must be a list of entries, each with {_field_names()}")
    return tuple(_entry(file, number, entry) for number, entry in enumerate(entries, 1))


def _entry(file: Path, number: int, entry: Any) -> AcceptedException:
    names = {field.name for field in fields(AcceptedException)}
    if not is_dict(entry) or set(entry) != names:
        raise ExceptionsError(f"{file}: entry {number} must have exactly {_field_names()}")
    if not isinstance(entry["expires"], dt.date):
        raise ExceptionsError(
            f"{file}: entry {number}: expires must be a date like 2027-01-31, not {entry['expires']!r}"
        )
    return AcceptedException(**entry)


def _field_names() -> str:
    return ", ".join(field.name for field in fields(AcceptedException))
