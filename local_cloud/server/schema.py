"""
What the installed SDKs say about a resource type: property names on the wire, types, required ones, enumerated values.

Read from the SDKs' own classes, by `sdk`. What the services ask beyond it is declared as rules, type by type.
"""

from __future__ import annotations

import importlib
import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


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


@dataclass(frozen=True)
class Found:
    """What was read: schemas of resource classes, properties of the nested ones."""

    schemas: dict[SdkClass, Schema]
    properties: dict[SdkClass, Mapping[str, Property]]


_FOUND = Found({}, {})
_READING = threading.Lock()


def schema_of(module: str, name: str) -> Schema:
    """
    The schema of one SDK resource class.

    Args:
        module: the SDK module, `pulumi_azure_native.keyvault`.
        name: the class in it, `Vault`.
    """
    cls = SdkClass(module, name)
    if cls not in _FOUND.schemas:
        with _READING:
            if cls not in _FOUND.schemas:
                _FOUND.schemas[cls] = _sdk().schema_of(cls)
    return _FOUND.schemas[cls]


def properties_of(cls: SdkClass) -> Mapping[str, Property]:
    """The properties of an SDK class (an Args class, an output class or a resource), by wire name."""
    if cls not in _FOUND.properties:
        _FOUND.properties[cls] = _sdk().properties_of(cls)
    return _FOUND.properties[cls]


def read_in_another_process(resources: Iterable[tuple[str, str]]) -> threading.Thread:
    """
    Reads the schemas of resource classes, by module and name, without importing an SDK here.

    Returns at once; `schema_of` waits. Should the other process fail, `schema_of` reads here what it is asked for.
    """
    thread = threading.Thread(target=_read, args=(list(resources),), name="schemas", daemon=True)
    _READING.acquire()  # before anybody asks; `_read` releases it
    thread.start()
    return thread


def _read(wanted: list[tuple[str, str]]) -> None:
    try:
        argv = [sys.executable, "-m", "local_cloud.server.sdk"]
        done = subprocess.run(argv, input=json.dumps(wanted).encode(), stdout=subprocess.PIPE, cwd="/", check=False)
        if done.returncode == 0:
            found: Found = pickle.loads(done.stdout)  # noqa: S301  our own process wrote it
            _FOUND.properties.update(found.properties)
            _FOUND.schemas.update(found.schemas)
    finally:
        _READING.release()


def _sdk() -> Any:
    """Imported where it is needed: it takes the SDKs' memory with it."""
    return importlib.import_module("local_cloud.server.sdk")
