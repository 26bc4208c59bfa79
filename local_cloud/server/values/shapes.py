"""Whether a property value is an object or a list, told to the type checker as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether the value is an object; on the wire its keys are strings."""
    return isinstance(value, Mapping)


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether the value is an object that was decoded here."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether the value is a list."""
    return isinstance(value, list)


def is_sequence(value: Any) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether the value is a list, or a tuple that stands for one."""
    return isinstance(value, list | tuple)
