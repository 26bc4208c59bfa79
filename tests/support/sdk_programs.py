"""Programs written with the SDKs' own classes, made from inputs by wire name; what they send is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pulumi.runtime import mocks, test
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

from local_cloud.server.generic import outputs
from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.schemas.schema import ListOf, MapOf, Object, OneOf, Property, Type
from local_cloud.server.wire import SECRET_SIGNATURE, SIGNATURE, Secret, plain


class _Keeping(mocks.Mocks):
    def __init__(self, resource_type: ResourceType) -> None:
        self._type = resource_type
        self.sent: dict[str, Any] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.sent = _as_decoded(args.inputs)
        return "id", outputs.before_service(self._type, plain(self.sent))

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        return {}


def sent_by_sdk(resource_type: ResourceType, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that the engine gets when a program makes the resource with the SDK's classes."""
    keeping = _Keeping(resource_type)
    _have_event_loop()
    mocks.set_mocks(keeping, preview=False)

    @test
    def program() -> Any:
        cls = resource_type.schema.resource_class.load()
        arguments = _arguments(resource_type.schema.inputs, inputs)
        if "resource_name" in arguments:  # the name of the first parameter: the property's is resource_name_
            arguments["resource_name_"] = arguments.pop("resource_name")
        return cls("example", **arguments).urn

    program()
    return keeping.sent


def _have_event_loop() -> None:
    """Another test may have left none, and the SDK makes none."""
    try:
        asyncio.get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())


def _arguments(properties: Mapping[str, Property], values: Mapping[str, Any]) -> dict[str, Any]:
    return {properties[wire].python: _argument(properties[wire].type, value) for wire, value in values.items()}


def _argument(kind: Type, value: Any) -> Any:
    if isinstance(kind, Object) and isinstance(value, Mapping):
        return kind.cls.load()(**_arguments(kind.properties, value))
    if isinstance(kind, ListOf) and isinstance(value, list):
        return [_argument(kind.item, item) for item in value]
    if isinstance(kind, MapOf) and isinstance(value, Mapping):
        return {key: _argument(kind.item, item) for key, item in value.items()}
    if isinstance(kind, OneOf) and isinstance(value, Mapping):
        fitting = [each for each in kind.members if isinstance(each, Object) and set(value) <= set(each.properties)]
        return _argument(fitting[0], value)
    return value


def _as_decoded(value: Any) -> Any:
    """What a provider would make of the values on the wire: secrets marked, whole numbers as integers."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET_SIGNATURE:
            return Secret(_as_decoded(value["value"]))
        return {key: _as_decoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_decoded(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
