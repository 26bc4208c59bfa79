"""
Reading the properties of a resource, of which a preview does not know all.

Paths are the provider's names: `template.containers[].image` is every container's image. A value that is not known yet is UNKNOWN; a
rule must not judge it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from pulumi_policy.proxy import UnknownValueError

_MARKER: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """A value that only the cloud can tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def value(props: Any, path: str) -> Any:
    """The first value at a path; None where there is none, UNKNOWN where it is not known yet."""
    return next(values(props, path), None)


def texts(props: Any, path: str) -> Iterator[str]:
    """Every known text at a path."""
    return (each for each in values(props, path) if isinstance(each, str))


def numbers(props: Any, path: str) -> Iterator[float]:
    """Every known number at a path."""
    return (each for each in values(props, path) if isinstance(each, int | float) and not isinstance(each, bool))


def values(props: Any, path: str) -> Iterator[Any]:
    """Every value at a path."""
    first, _, rest = path.partition(".")
    name = first.removesuffix("[]")
    found = _item(props, name) if isinstance(props, Mapping) else None
    if found is None:
        return
    for each in _elements(found) if name != first else (found,):
        if not rest or each is UNKNOWN:
            yield each
        else:
            yield from values(each, rest)


def all_texts(props: Any) -> Iterator[str]:
    """Every known text anywhere below a value."""
    if isinstance(props, str):
        if _MARKER not in props:
            yield props
    elif isinstance(props, Mapping):
        for name in cast("Mapping[str, Any]", props):
            yield from all_texts(_item(props, name))
    elif isinstance(props, Sequence):
        for each in _elements(props):
            yield from all_texts(each)


def _elements(listed: Any) -> Iterator[Any]:
    if listed is UNKNOWN:
        yield UNKNOWN
    elif isinstance(listed, Sequence) and not isinstance(listed, str):
        items = cast("Sequence[Any]", listed)
        yield from (_item(items, index) for index in range(len(items)))


def _item(container: Any, key: Any) -> Any:
    try:
        found = container[key]
    except UnknownValueError:
        return UNKNOWN
    except KeyError:
        return None
    return UNKNOWN if isinstance(found, str) and _MARKER in found else found
