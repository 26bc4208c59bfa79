"""
A resource's outputs in the shape of the SDK's output classes.

Outputs are not inputs echoed: a list going in may be a map coming back, and read-only properties have no input at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from local_cloud.server.schemas.schema import Anything, ListOf, MapOf, Object, OneOf, Property, Scalar, Type
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.wire import UNKNOWN, Secret, has_unknown, plain, replace_at

if TYPE_CHECKING:
    from local_cloud.server.resource_types.resource_type import ResourceType


def before_service(resource_type: ResourceType, inputs: Mapping[str, Any], *, missing: Any = None) -> dict[str, Any]:
    """
    The outputs of a resource as far as its inputs tell them.

    Args:
        resource_type: the type.
        inputs: the inputs by wire name.
        missing: what stands for an output that no input gives: `UNKNOWN` in a preview, nothing (None) afterwards.
    """
    shaped = echoed(resource_type.schema.outputs, _without_write_only(resource_type, inputs), missing=missing)
    return merged(shaped, resource_type.known_at_preview(plain(dict(inputs))))


def readable(resource_type: ResourceType, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that an import reads back: all but those that the service never gives."""
    return _without_write_only(resource_type, inputs)


def _without_write_only(resource_type: ResourceType, inputs: Mapping[str, Any]) -> dict[str, Any]:
    returned = dict(inputs)
    for path in resource_type.write_only:
        above, _, name = path.rpartition(".")
        way = tuple(above.split(".")) if above else ()
        returned = replace_at(returned, way, lambda below, own=name: _without(below, own))
    return returned


def _without(below: Any, name: str) -> Any:
    return {key: value for key, value in below.items() if key != name} if is_object(below) else below


def echoed(properties: Mapping[str, Property], inputs: Mapping[str, Any], *, missing: Any = None) -> dict[str, Any]:
    """
    The inputs that come back, shaped as the outputs are.

    Args:
        properties: the outputs by wire name.
        inputs: the inputs by wire name.
        missing: what stands for an output that no input gives: `UNKNOWN` in a preview, nothing (None) afterwards.
    """
    shaped = {
        name: _shaped(prop.type, inputs[name], missing) if inputs.get(name) is not None else missing
        for name, prop in properties.items()
    }
    return {name: value for name, value in shaped.items() if value is not None}


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `over` laid on top, objects merged at every depth."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if is_object(below) and is_object(value) else value
    return result


def _could_come_back(kind: Type, value: Any) -> bool:
    """Whether the SDK would take the value for an output of that type: it fails where an array, object or scalar is another one."""
    match kind:
        case Scalar():
            return not (is_list(value) or is_object(value))
        case ListOf():
            return is_list(value)
        case Object():
            return is_object(value)
        case MapOf():
            return is_object(value) or is_list(value)
        case OneOf() | Anything():
            return True


def _shaped(kind: Type, value: Any, missing: Any) -> Any:
    if isinstance(value, Secret):
        return Secret(_shaped(kind, value.value, missing))
    if value is UNKNOWN or (missing is UNKNOWN and not _could_come_back(kind, value)):
        return UNKNOWN
    if isinstance(kind, Object) and is_object(value):
        return echoed(kind.properties, value, missing=missing)
    if isinstance(kind, ListOf) and is_list(value):
        return [_shaped(kind.item, item, missing) for item in value]
    if isinstance(kind, MapOf) and is_object(value):
        return {key: _shaped(kind.item, item, missing) for key, item in value.items()}
    if isinstance(kind, MapOf) and is_list(value):
        if has_unknown(value):
            return UNKNOWN
        # A list of ids going in (`identity.userAssignedIdentities`) is a map with those ids as keys coming back.
        blank = echoed(kind.item.properties, {}, missing=missing) if isinstance(kind.item, Object) else {}
        return {str(item): dict(blank) for item in plain(value)}
    return value
