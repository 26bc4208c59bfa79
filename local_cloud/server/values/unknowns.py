"""Property values that cannot be read while they are unknown, so that a rule over several of them does not decide too early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from local_cloud.server.values.shapes import is_dict, is_list
from local_cloud.server.wire import UNKNOWN

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_values


class NotKnownYet(Exception):  # noqa: N818  not an error: the answer waits
    """The value is known only once the cloud has created the resource."""


def refusing_unknowns(value: Any) -> Any:
    """The value; reading an unknown property or item of it raises `NotKnownYet`."""
    if is_dict(value):
        return _Object({key: refusing_unknowns(item) for key, item in value.items()})
    return _List(refusing_unknowns(item) for item in value) if is_list(value) else value


def _known(value: Any) -> Any:
    if value is UNKNOWN:
        raise NotKnownYet
    return value


class _Object(dict[str, Any]):
    def __getitem__(self, key: str) -> Any:
        return _known(super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        return _known(super().get(key, default))

    def values(self) -> dict_values[str, Any]:
        for value in super().values():
            _known(value)
        return super().values()

    def items(self) -> dict_items[str, Any]:
        self.values()
        return super().items()


class _List(list[Any]):
    def __getitem__(self, index: Any) -> Any:
        return _known(super().__getitem__(index))

    def __iter__(self) -> Iterator[Any]:
        for value in super().__iter__():
            yield _known(value)
