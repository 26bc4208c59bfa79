"""
What the installed SDKs say about a resource type: property names on the wire, types, required ones, enumerated values.

`sdk` reads it from the SDKs' own classes, `schemas` keeps it. What the services ask beyond it is declared as rules, type by type.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class SdkClass:
    """The name of a class of an SDK."""

    module: str
    name: str

    def load(self) -> Any:
        """The class; imports its SDK."""
        return getattr(importlib.import_module(self.module), self.name)


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
    cls: SdkClass

    @property
    def properties(self) -> Mapping[str, Property]:
        """The object's properties by wire name."""
        return _PROPERTIES[self.cls]


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
    """
    One resource type.

    Attributes:
        inputs: what goes in, by wire name.
        outputs: what comes out, by wire name.
        resource_class: the class that programs use.
        api_version: the version of Azure's API that its documentation names.
    """

    inputs: Mapping[str, Property]
    outputs: Mapping[str, Property]
    resource_class: SdkClass
    api_version: str | None


_PROPERTIES: Final[dict[SdkClass, Mapping[str, Property]]] = {}


def know_properties(found: Mapping[SdkClass, Mapping[str, Property]]) -> None:
    """Makes the properties of classes known to every `Object` of them; classes nest in circles, so they are looked up."""
    _PROPERTIES.update(found)
