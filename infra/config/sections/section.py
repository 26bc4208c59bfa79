"""
What a section of the configuration is: a frozen pydantic model in which every field describes itself with a `Key`.

`keys_of` is the one reading of these models; parsing, placeholders, the reference page and the table of differences all call it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeGuard, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, model_validator

from infra.config.sections.keys import Key


class Section(BaseModel):
    """A section of the configuration. Values are never coerced: text is not a number, and a number is not text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _with_required_sections(cls, given: Any) -> Any:
        """Makes a missing section an empty one, so that each of its own required keys is reported."""
        if not isinstance(given, Mapping):
            return given
        empty: dict[str, Any] = {spec.name: {} for spec in keys_of(cls) if spec.required and is_section(spec.type)}
        return {**empty, **cast("Mapping[str, Any]", given)}


@dataclass(frozen=True)
class KeySpec:
    """
    One key of a section.

    Attributes:
        name: The key within its section.
        type: Its type; `X | None` is X here, with `optional` set.
        optional: Whether it may be null.
        key: Its description and rule.
        required: Whether it has no default.
        default: Its default; None where it is required.
    """

    name: str
    type: Any
    optional: bool
    key: Key
    required: bool
    default: Any

    @property
    def item(self) -> Any:
        """The type of a list's or a mapping's items; None for anything else."""
        return item_of(self.type)


@cache
def keys_of(section: type[Section]) -> tuple[KeySpec, ...]:
    """
    The keys of a section, in the order of its declaration.

    Raises:
        TypeError: a field has no `Key`.
    """
    specs: list[KeySpec] = []
    for name, field in section.model_fields.items():
        key = next((mark for mark in field.metadata if isinstance(mark, Key)), None)
        if key is None:
            raise TypeError(f"{section.__name__}.{name} has no description: annotate it with a Key")
        kind: Any = field.annotation
        optional = get_origin(kind) in {Union, types.UnionType}
        if optional:
            kind = next(member for member in get_args(kind) if member is not types.NoneType)
        required = field.is_required()
        default = None if required else field.get_default(call_default_factory=True, validated_data={})
        specs.append(KeySpec(name, kind, optional, key, required, default))
    return tuple(specs)


def is_section(kind: Any) -> TypeGuard[type[Section]]:
    """Whether a type is a section."""
    return isinstance(kind, type) and issubclass(kind, Section)


def item_of(kind: Any) -> Any:
    """The type of the items of a list (`tuple[X, ...]`) or of a mapping by name (`Mapping[str, X]`); None for another type."""
    if get_origin(kind) is tuple:
        return get_args(kind)[0]
    return get_args(kind)[1] if get_origin(kind) is Mapping else None
