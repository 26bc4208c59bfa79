"""
What the installed SDKs say about a resource type: property names on the wire, types, required ones, enumerated values.

Read from the SDK's own classes, so it cannot fall behind them. What the services ask beyond it is declared as rules, type by type.
"""

from __future__ import annotations

import enum
import functools
import importlib
import inspect
import re
import typing
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

_SCALARS: Final[dict[Any, str]] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Scalar:
    """A string, integer, number or boolean; `choices` where the SDK enumerates the values."""

    kind: str
    choices: tuple[Any, ...] = ()
    ignore_case: bool = False


@dataclass(frozen=True)
class ListOf:
    """An array."""

    item: Type


@dataclass(frozen=True)
class MapOf:
    """A map from any string to one type."""

    item: Type


@dataclass(frozen=True)
class Anything:
    """A property on which the SDK puts no type."""


@dataclass(frozen=True)
class Object:
    """A nested object; `name` is the SDK class."""

    name: str
    cls: Any

    @property
    def properties(self) -> Mapping[str, Property]:
        """The object's properties by wire name."""
        return properties_of(self.cls)


@dataclass(frozen=True)
class OneOf:
    """An object of one of several classes."""

    members: tuple[Type, ...]


Type = Scalar | ListOf | MapOf | Object | OneOf | Anything


@dataclass(frozen=True)
class Property:
    """One property: its wire name, its name in Python programs, its type and whether it must be given."""

    wire: str
    python: str
    type: Type
    required: bool


@dataclass(frozen=True)
class Schema:
    """One resource type: what goes in and what comes out, by wire name."""

    inputs: Mapping[str, Property]
    outputs: Mapping[str, Property]
    resource_class: type[pulumi.CustomResource]


@functools.cache
def schema_of(module: str, name: str) -> Schema:
    """
    The schema of one SDK resource class.

    Args:
        module: the SDK module, `pulumi_azure_native.keyvault`.
        name: the class in it, `Vault`.
    """
    package = importlib.import_module(module)
    cls = getattr(package, name)
    # Where a nested type has the name already (azuread's ApplicationPasswordArgs), the resource's own is ...InitArgs.
    args_cls = getattr(package, f"{name}InitArgs", None) or getattr(package, f"{name}Args")
    return Schema(inputs=properties_of(args_cls), outputs=properties_of(cls), resource_class=cls)


@functools.cache
def properties_of(cls: Any) -> Mapping[str, Property]:
    """The properties of an SDK class (an Args class, an output class or a resource), by wire name."""
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
    if isinstance(member, type) and properties_exist(member):
        return Object(member.__name__, member)
    return Anything()


def properties_exist(cls: type) -> bool:
    """Whether the class is one of an SDK's input or output classes."""
    return bool(getattr(cls, "_pulumi_input_type", False) or getattr(cls, "_pulumi_output_type", False))
