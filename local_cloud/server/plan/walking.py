"""Paths through inputs of which not everything is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.values.unknowns import NotKnownYet
from local_cloud.server.wire import UNKNOWN


def known_way(inputs: Any, path: str) -> Iterator[tuple[str, Any]]:
    """
    Every value at a path (`rules[].ref`), with its exact path.

    Raises:
        NotKnownYet: what the value would be in is not known, so there may be one or not.
    """
    first, _, rest = path.partition(".")
    name = first.removesuffix("[]")
    if not is_object(inputs) or name not in inputs:
        return
    value = inputs[name]
    if not rest and name == first:
        yield name, value
    elif value is UNKNOWN:
        raise NotKnownYet
    elif name != first:
        for index, each in enumerate(value) if is_list(value) else ():
            yield from _below(each, f"{name}[{index}]", rest)
    else:
        yield from _below(value, name, rest)


def _below(value: Any, at: str, rest: str) -> Iterator[tuple[str, Any]]:
    if not rest:
        yield at, value
    elif value is UNKNOWN:
        raise NotKnownYet
    else:
        for path, each in known_way(value, rest):
            yield f"{at}.{path}", each
