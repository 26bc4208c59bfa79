"""Azure's own management models (PyPI `azure-mgmt-*`) as a second source on resource types: required, read-only, create-only, enums."""

from __future__ import annotations

import enum
import importlib
import inspect
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_cloud.server.schemas.schema import ListOf, MapOf, Object, Property, Type
from tests.support.property_values import scalar_of


@dataclass(frozen=True)
class Field:
    """One property of a model."""

    required: bool
    visibility: frozenset[str]
    kind: Any

    @property
    def read_only(self) -> bool:
        return self.visibility == {"read"}

    @property
    def create_only(self) -> bool:
        return bool(self.visibility) and "update" not in self.visibility and "create" in self.visibility

    @property
    def choices(self) -> frozenset[str]:
        found = [each for each in members(self.kind) if isinstance(each, type) and issubclass(each, enum.Enum)]
        return frozenset(str(value.value) for each in found for value in each)


@dataclass(frozen=True)
class Difference:
    """One thing on which the Pulumi SDK or our declarations and Azure's models are not of one mind."""

    token: str
    path: str
    kind: str


def members(hint: Any) -> list[Any]:
    """The types that a hint allows, lists and maps opened."""
    arguments = [each for each in typing.get_args(hint) if each is not type(None)]
    if not arguments:
        return [hint]
    if typing.get_origin(hint) is dict:
        arguments = arguments[1:]
    return [each for argument in arguments for each in members(argument)]


def fields_of(model: type) -> Mapping[str, Field]:
    """The model's fields by wire name."""
    legacy = getattr(model, "_attribute_map", None)
    return _legacy_fields(model, legacy) if legacy else _fields(model)


def _legacy_fields(model: Any, attributes: Mapping[str, Any]) -> Mapping[str, Field]:
    package = importlib.import_module(model.__module__.rsplit(".", 1)[0])
    found: dict[str, Field] = {}
    for name, description in attributes.items():
        asked = model._validation.get(name, {})
        only = frozenset({"read"}) if asked.get("readonly") else frozenset[str]()
        wire = str(description["key"]).removeprefix("properties.").replace("\\.", ".")
        found[wire] = Field(
            bool(asked.get("required")), only, getattr(package, description["type"].strip("[]{}"), object)
        )
    return found


def _fields(model: Any) -> Mapping[str, Field]:
    model.__new__(model)  # the class learns its fields when the first instance is made
    hints: dict[str, Any] = {}
    for each in reversed(model.__mro__):
        if annotations := inspect.get_annotations(each):
            module = importlib.import_module(each.__module__)
            package = importlib.import_module(each.__module__.rsplit(".", 1)[0])
            scope = {**vars(module), "_models": package, "_types": package}
            hints |= {name: _evaluated(text, scope) for name, text in annotations.items()}
    found: dict[str, Field] = {}
    for name, rest in model._attr_to_rest_field.items():
        hint = hints[name]
        optional = type(None) in typing.get_args(hint)
        found[rest._rest_name] = Field(not optional, frozenset(rest._visibility or ()), hint)
    return found


def _evaluated(hint: Any, scope: Mapping[str, Any]) -> Any:
    holder = type("Holder", (), {"__annotations__": {"value": hint}})
    return typing.get_type_hints(holder, dict(scope))["value"]


def compared(
    token: str, properties: Mapping[str, Property], model: type, at: str = "", above: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    """
    Where the inputs of a Pulumi type and a model differ.

    What only the model has is not told: the models are newer than the API versions of the SDK.
    """
    fields = dict(fields_of(model))
    if "properties" in fields and "properties" not in properties:
        inner = fields.pop("properties")
        for each in members(inner.kind):
            if hasattr(each, "__mro__") and _is_model(each):
                fields = {**fields_of(each), **fields}
    for name, prop in properties.items():
        path = f"{at}.{name}" if at else name
        field = fields.get(name)
        if field is None:
            yield Difference(token, path, "unknown to the model")
            continue
        if field.read_only:
            yield Difference(token, path, "read-only in the model")
        elif field.required != prop.required:
            yield Difference(token, path, "optional in the model" if prop.required else "required in the model")
        scalar = scalar_of(prop.type)
        if scalar is not None and scalar.choices and field.choices and not set(scalar.choices) <= field.choices:
            yield Difference(token, path, "values that the model has not")
        yield from _inside(token, prop.type, field.kind, path, above)


def _inside(token: str, kind: Type, hint: Any, path: str, above: frozenset[str]) -> Iterator[Difference]:
    if isinstance(kind, ListOf | MapOf):
        yield from _inside(token, kind.item, hint, f"{path}[]" if isinstance(kind, ListOf) else f"{path}.*", above)
    elif isinstance(kind, Object) and kind.name not in above:
        for each in members(hint):
            if _is_model(each):
                yield from compared(token, kind.properties, each, path, above | {kind.name})


def create_only_paths(model: type, properties: Mapping[str, Property], at: str = "") -> Iterator[str]:
    """The paths, as the SDK has them, of what the model lets one set only when a resource is made."""
    fields = dict(fields_of(model))
    if "properties" in fields and "properties" not in properties:
        for each in members(fields.pop("properties").kind):
            if _is_model(each):
                fields = {**fields_of(each), **fields}
    for name, field in fields.items():
        prop = properties.get(name)
        if prop is None:
            continue
        path = f"{at}.{name}" if at else name
        if field.create_only:
            yield path
        elif isinstance(prop.type, Object):
            for each in members(field.kind):
                if _is_model(each):
                    yield from create_only_paths(each, prop.type.properties, path)


def _is_model(each: Any) -> bool:
    return isinstance(each, type) and any(base.__name__ == "Model" for base in each.__mro__)
