"""Property values by path: `a.b[].c` means every item of the list."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from local_cloud.server.schemas.schema import ListOf, MapOf, Object, OneOf, Property, Scalar, Type


def patched(inputs: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with values put at paths; what a path lacks on the way is made."""
    result = copy.deepcopy(dict(inputs))
    for path, value in patch.items():
        _put(result, path.split("."), value)
    return result


def _put(target: dict[str, Any], parts: list[str], value: Any) -> None:
    name, rest = parts[0].removesuffix("[]"), parts[1:]
    if not parts[0].endswith("[]"):
        if rest:
            target[name] = target.get(name) or {}
            _put(target[name], rest, value)
        else:
            target[name] = copy.deepcopy(value)
        return
    items = target.get(name) or [{}]
    if rest:
        for item in items:
            _put(item, rest, value)
        target[name] = items
    else:
        target[name] = [copy.deepcopy(value) for _ in items]


def properties_below(
    properties: Mapping[str, Property], at: str = "", above: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Property]]:
    """Every property with its path, objects in objects and lists included, each class once on a path."""
    for name, prop in properties.items():
        path = f"{at}.{name}" if at else name
        yield path, prop
        yield from _inside(prop.type, path, above)


def _inside(kind: Type, path: str, above: frozenset[str]) -> Iterator[tuple[str, Property]]:
    if isinstance(kind, Object) and kind.name not in above:
        yield from properties_below(kind.properties, path, above | {kind.name})
    elif isinstance(kind, ListOf):
        yield from _inside(kind.item, f"{path}[]", above)
    elif isinstance(kind, OneOf):
        for member in kind.members:
            yield from _inside(member, path, above)


def scalar_of(kind: Type) -> Scalar | None:
    """The scalar that a property holds, itself or as items of a list."""
    if isinstance(kind, ListOf | MapOf):
        return scalar_of(kind.item)
    return kind if isinstance(kind, Scalar) else None
