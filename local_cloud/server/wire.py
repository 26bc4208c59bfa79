"""
Property values between Pulumi's wire format and plain Python.

Unknowns become `UNKNOWN`, secrets become `Secret`; numbers without a fraction become `int`. Nothing here knows a resource type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf import struct_pb2

from local_cloud.server.values.shapes import is_dict, is_list, is_object, is_sequence

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

_UNKNOWN_SENTINELS: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # any value
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """A value that only the cloud can tell, and only after the resource was made."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"  # a copy is the same one: it is told by identity

    def __bool__(self) -> bool:
        raise TypeError("an unknown value has no truth; test `is UNKNOWN` first")


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that no message, log or repr may show."""

    value: Any = field(repr=False)


REDACTED: Final = "[redacted: not in the exported state]"
"""Stands where a state was exported without its secrets: neither equal to anything nor different from it."""


def decode(value: struct_pb2.Value) -> Any:
    """One protobuf value as Python."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        # The plain form of a function that a preview cannot ask has texts with the marker in them, and so has what is made of them.
        return UNKNOWN if text in _UNKNOWN_SENTINELS or _UNKNOWN_STRING in text else text
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_object(value.struct_value)
    return None


def decode_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A whole property map as Python."""
    return {key: decode(item) for key, item in struct.fields.items()}


def _decode_object(struct: struct_pb2.Struct) -> Any:
    fields = struct.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else None
    if signature == SECRET_SIGNATURE:
        return Secret(decode(fields["value"]))
    if signature == OUTPUT_SIGNATURE:
        inner = decode(fields["value"]) if "value" in fields else UNKNOWN
        return Secret(inner) if "secret" in fields and fields["secret"].bool_value else inner
    return decode_struct(struct)


def encode(value: Any, into: struct_pb2.Value) -> None:
    """Writes one Python value into a protobuf value."""
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        into.string_value = _UNKNOWN_STRING
    elif isinstance(value, Secret):
        fields = into.struct_value.fields
        fields[SIGNATURE].string_value = SECRET_SIGNATURE
        encode(value.value, fields["value"])
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, int | float):
        into.number_value = value
    elif isinstance(value, str):
        into.string_value = value
    elif is_object(value):
        into.struct_value.SetInParent()
        for key, item in value.items():
            encode(item, into.struct_value.fields[key])
    elif is_sequence(value):
        into.list_value.SetInParent()
        for item in value:
            encode(item, into.list_value.values.add())
    else:
        raise TypeError(f"a property value cannot be a {type(value).__name__}")


def encode_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """A whole property map in the wire format; keys whose value is None are left out, as the SDKs do."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        if value is not None:
            encode(value, struct.fields[key])
    return struct


def plain(value: Any) -> Any:
    """The value without its secret wrappers, at any depth."""
    if isinstance(value, Secret):
        return plain(value.value)
    if is_dict(value):
        return {key: plain(item) for key, item in value.items()}
    if is_list(value):
        return [plain(item) for item in value]
    return value


def is_redacted(value: Any) -> bool:
    """Whether the value is, or was made from, a secret that an exported state does not tell."""
    return isinstance(value, str) and REDACTED in value


def without_redacted(value: Any) -> Any:
    """The value with redacted ones unknown, at any depth: no rule can judge them."""
    if isinstance(value, Secret):
        return Secret(without_redacted(value.value))
    if is_dict(value):
        return {key: without_redacted(item) for key, item in value.items()}
    if is_list(value):
        return [without_redacted(item) for item in value]
    return UNKNOWN if is_redacted(value) else value


def secret_paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths at which secrets stand; a secret inside a secret is not looked for."""
    if isinstance(value, Secret):
        yield path
    elif is_dict(value):
        for key, item in value.items():
            yield from secret_paths(item, (*path, key))
    elif is_list(value):
        for index, item in enumerate(value):
            yield from secret_paths(item, (*path, index))


def replace_at(value: Any, path: tuple[str | int, ...], change: Callable[[Any], Any]) -> Any:
    """A copy of the value in which `change` was applied at the path; the value itself where the path leads nowhere."""
    if not path:
        return change(value)
    head, rest = path[0], path[1:]
    if is_dict(value) and head in value:
        return {**value, head: replace_at(value[head], rest, change)}
    if is_list(value) and isinstance(head, int) and head < len(value):
        return [replace_at(item, rest, change) if index == head else item for index, item in enumerate(value)]
    return value


def mark_secret(value: Any, paths: Iterator[tuple[str | int, ...]]) -> Any:
    """A copy of the value in which what stands at the paths is secret."""
    for path in paths:
        value = replace_at(value, path, lambda inner: inner if isinstance(inner, Secret) else Secret(inner))
    return value


def has_unknown(value: Any) -> bool:
    """Whether anything inside the value is still unknown."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if is_dict(value):
        return any(has_unknown(item) for item in value.values())
    if is_list(value):
        return any(has_unknown(item) for item in value)
    return False
