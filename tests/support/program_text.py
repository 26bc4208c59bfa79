"""The text of a Pulumi program that makes resources with the SDKs' own classes, from inputs by wire name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.schemas.schema import ListOf, MapOf, Object, Property, Type


@dataclass(frozen=True)
class OutputOf:
    """
    An output of another resource of the program.

    Attributes:
        resource: that resource's name in the program.
        python: the output's name in Python, `cert_request_pem`.
    """

    resource: str
    python: str

    def __repr__(self) -> str:
        return f"made[{self.resource!r}].{self.python}"


@dataclass(frozen=True)
class Declared:
    """One resource of a program: what it is called, its inputs by wire name, and what has to be there before."""

    resource_type: ResourceType
    name: str
    inputs: Mapping[str, Any]
    after: tuple[str, ...] = ()


def program_text(resources: Iterable[Declared]) -> str:
    """
    The program.

    Args:
        resources: in the order in which they are declared; what one refers to stands before it.
    """
    listed = list(resources)
    modules = sorted({each.resource_type.sdk[0] for each in listed})
    imports = "\n".join(f"import {module}" for module in ("pulumi", *modules))
    return "\n".join([imports, "", "made = {}", *(_statement(each) for each in listed), ""])


def _statement(declared: Declared) -> str:
    module, cls = declared.resource_type.sdk
    arguments = _arguments(declared.resource_type.schema.inputs, declared.inputs)
    if "resource_name" in arguments:  # the name of the first parameter: the property's is resource_name_
        arguments["resource_name_"] = arguments.pop("resource_name")
    after = ", ".join(f"made[{name!r}]" for name in declared.after)
    given = "".join(f"    {name}={value!r},\n" for name, value in arguments.items())
    return (
        f"made[{declared.name!r}] = {module}.{cls}(\n    {declared.name!r},\n{given}"
        f"    opts=pulumi.ResourceOptions(depends_on=[{after}]),\n)"
    )


def _arguments(properties: Mapping[str, Property], values: Mapping[str, Any]) -> dict[str, Any]:
    return {properties[wire].python: _argument(properties[wire].type, value) for wire, value in values.items()}


def _argument(kind: Type, value: Any) -> Any:
    if isinstance(kind, Object) and isinstance(value, Mapping):
        return _arguments(kind.properties, value)
    if isinstance(kind, ListOf) and isinstance(value, list):
        return [_argument(kind.item, item) for item in value]
    if isinstance(kind, MapOf) and isinstance(value, Mapping):
        return {key: _argument(kind.item, item) for key, item in value.items()}
    return value  # also where several classes are taken: the SDK sends such a dictionary as it is, by wire name
