"""
Reads the installed SDKs' own classes, so that no schema can fall behind them.

The SDKs are some hundred megabytes once they are imported. So a process that stays lets another read them, which prints what it
found and ends: `python -m local_cloud.server.schemas.sdk CLASSES`, the modules and names of the wanted classes as JSON.
"""

from __future__ import annotations

import enum
import functools
import importlib
import inspect
import json
import pickle
import re
import sys
import typing
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from local_cloud.server.schemas.schema import (
    Anything,
    ListOf,
    MapOf,
    Object,
    OneOf,
    Property,
    Scalar,
    Schema,
    SdkClass,
    Type,
)

_SCALARS: Final[dict[Any, str]] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Found:
    """What was read: schemas of resource classes, properties of the classes nested in them, those results of functions that are texts."""

    schemas: dict[SdkClass, Schema]
    properties: dict[SdkClass, Mapping[str, Property]]
    functions: dict[SdkClass, frozenset[str]]


def schema_of(resource: SdkClass) -> Schema:
    """The schema of a resource class."""
    package = importlib.import_module(resource.module)
    cls = resource.load()
    # Where a nested type has the name already (azuread's ApplicationPasswordArgs), the resource's own is ...InitArgs.
    args_cls = getattr(package, f"{resource.name}InitArgs", None) or getattr(package, f"{resource.name}Args")
    return Schema(
        inputs=_properties(args_cls), outputs=_properties(cls), resource_class=resource, api_version=_api_version(cls)
    )


def properties_of(cls: SdkClass) -> Mapping[str, Property]:
    """The properties of an SDK class (an Args class, an output class or a resource), by wire name."""
    return _properties(cls.load())


def everything_of(wanted: Iterable[SdkClass]) -> Found:
    """
    The schemas of resource classes, the properties of every class that can be reached from them, and the results of functions.

    What the SDK does not have is left out.
    """
    there = [(each, member) for each in wanted if (member := _member(each)) is not None]
    found = Found(
        schemas={each: schema_of(each) for each, member in there if isinstance(member, type)},
        properties={},
        functions={each: _results(member) for each, member in there if not isinstance(member, type)},
    )
    todo: list[Mapping[str, Property]] = []
    for schema in found.schemas.values():
        todo += [schema.inputs, schema.outputs]
    while todo:
        for prop in todo.pop().values():
            for nested in _objects(prop.type):
                if nested not in found.properties:
                    found.properties[nested] = properties_of(nested)
                    todo.append(found.properties[nested])
    return found


def _member(named: SdkClass) -> Any:
    """The resource class or function; None where the SDK has neither."""
    try:
        found = named.load()
    except (ImportError, AttributeError):
        return None
    if isinstance(found, type):
        return found if issubclass(found, pulumi.CustomResource) else None
    return found if callable(found) else None


def _results(function: Any) -> frozenset[str]:
    """A function says in its annotations what it returns: an awaitable of a class whose getters name the results."""
    hint = typing.get_type_hints(function, localns={"Output": pulumi.Output}).get("return")
    classes: Sequence[Any] = hint.__mro__ if isinstance(hint, type) else ()
    return frozenset(
        wire for cls in classes if _getters(cls) for wire, prop in _properties(cls).items() if _is_text(prop.type)
    )


def _is_text(kind: Type) -> bool:
    return isinstance(kind, Scalar) and kind.kind == "string"


def _objects(kind: Type) -> list[SdkClass]:
    match kind:
        case Object():
            return [kind.cls]
        case ListOf() | MapOf():
            return _objects(kind.item)
        case OneOf():
            return [cls for member in kind.members for cls in _objects(member)]
        case _:
            return []


def _api_version(cls: Any) -> str | None:
    documented = " ".join(str(each.__doc__) for each in typing.get_overloads(cls.__init__))
    found = re.search(r"Uses Azure REST API version ([\w-]+)\.", documented)
    return found.group(1) if found else None


@functools.cache
def _properties(cls: Any) -> Mapping[str, Property]:
    scope = dict(vars(importlib.import_module(cls.__module__)))
    local = {"Output": pulumi.Output, "T": type(None)}
    required = _required(cls)
    found: dict[str, Property] = {}
    for name, wire, getter in _getters(cls):
        hint = typing.get_type_hints(getter, globalns=scope, localns=local).get("return", Any)
        choices = _documented_choices(inspect.getdoc(getter) or "")
        found[wire] = Property(wire, name, _type(hint, choices), name in required)
    return found


def _getters(cls: Any) -> list[tuple[str, str, Any]]:
    """Python name, wire name and getter of each property; output classes keep their getters like Args do."""
    members: Mapping[str, Any] = cls.__dict__
    found: list[tuple[str, str, Any]] = []
    for name, value in members.items():
        getter = value.fget if isinstance(value, property) else None
        wire = getattr(getter, "_pulumi_name", None)
        if wire is not None:
            found.append((name, wire, getter))
    return found


def _required(cls: Any) -> frozenset[str]:
    signature = inspect.signature(cls.__init__)
    return frozenset(
        name
        for name, parameter in signature.parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.default is inspect.Parameter.empty
    )


def _documented_choices(doc: str) -> tuple[str, ...]:
    """Values that a Cloudflare docstring enumerates; there is no enum class to read them from."""
    found = re.search(r'Available values: ((?:"[^"]*"(?:, )?)+)', " ".join(doc.split()))
    # The documentation generator turned underscores into asterisks: `http*ratelimit`, `lets*encrypt`.
    return tuple(value.replace("*", "_") for value in re.findall(r'"([^"]*)"', found.group(1))) if found else ()


def _type(hint: Any, choices: tuple[str, ...]) -> Type:
    members = [member for member in _members(hint) if member is not dict and not _is_args_dict(member)]
    enums = [m for m in members if isinstance(m, type) and issubclass(m, enum.Enum)]
    if enums:
        values = tuple(value.value for each in enums for value in each)
        return Scalar(_SCALARS.get(type(values[0]), "string"), values)
    kinds = [_one(member, choices) for member in members]
    if not kinds or any(isinstance(kind, Anything) for kind in kinds):
        return Anything()
    return kinds[0] if len(kinds) == 1 else OneOf(tuple(kinds))


def _members(hint: Any) -> list[Any]:
    """The types that a hint allows, without `None` and the wrappers Input, Output and Awaitable."""
    origin = typing.get_origin(hint)
    if origin is pulumi.Output:
        return _members(typing.get_args(hint)[0])
    if origin is typing.Union or str(origin) == "<class 'types.UnionType'>":
        found: list[Any] = []
        for member in typing.get_args(hint):
            if member is type(None) or typing.get_origin(member) in {Awaitable, pulumi.Output}:
                continue
            found.extend(member for member in _members(member) if member not in found)
        return found
    return [hint]


def _is_args_dict(member: Any) -> bool:
    """The TypedDict beside every Args class says the same again."""
    return typing.is_typeddict(member)


def _one(member: Any, choices: tuple[str, ...]) -> Type:
    if member in _SCALARS:
        return Scalar(_SCALARS[member], choices if member is str else (), ignore_case=bool(choices))
    origin = typing.get_origin(member)
    arguments = typing.get_args(member)
    if origin is Sequence:
        return ListOf(_type(arguments[0], choices))
    if origin is Mapping:
        return MapOf(_type(arguments[1], ()))
    if isinstance(member, type) and _has_properties(member):
        return Object(member.__name__, SdkClass(member.__module__, member.__name__))
    return Anything()


def _has_properties(cls: type) -> bool:
    """Whether the class is one of an SDK's input or output classes."""
    return bool(getattr(cls, "_pulumi_input_type", False) or getattr(cls, "_pulumi_output_type", False))


def main() -> None:
    """Reads what is wanted and prints it, pickled, for the process that started this one."""
    wanted = [SdkClass(*each) for each in json.loads(sys.argv[1])]
    pickle.dump(everything_of(wanted), sys.stdout.buffer)


if __name__ == "__main__":
    importlib.import_module(__spec__.name).main()  # by the name under which the other process knows what is pickled
