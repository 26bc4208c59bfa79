"""Resource types and functions of an installed SDK that the local cloud does not implement; only the SDK's types are checked."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from local_cloud.server.package import Package
from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.schemas.reading import NotInSdkError, results_of


class Unregistered:
    """
    Looks up what a package does not register; nothing is read before it is asked for. Safe for any thread.

    Args:
        package: the package.
    """

    def __init__(self, package: Package) -> None:
        self._others = package.others
        self._types: dict[str, ResourceType | None] = {}
        self._results: dict[str, frozenset[str] | None] = {}
        self._lock = threading.Lock()

    def resource_type(self, token: str) -> ResourceType | None:
        """The type; None where the SDK does not have it."""
        return self._once(self._types, token, self._read_type)

    def results(self, token: str) -> frozenset[str] | None:
        """The wire names of the texts that a function returns; None where the SDK does not have it."""
        return self._once(self._results, token, self._read_results)

    def _once(self, kept: dict[str, Any], token: str, read: Callable[[str], Any]) -> Any:
        with self._lock:
            if token not in kept:
                try:
                    kept[token] = read(token)
                except (NotInSdkError, ValueError):
                    kept[token] = None
            return kept[token]

    def _read_type(self, token: str) -> ResourceType | None:
        if self._others is None:
            return None
        found = self._others.of(token)
        found.schema  # noqa: B018  reads it, or says that there is none
        return found

    def _read_results(self, token: str) -> frozenset[str] | None:
        if self._others is None:
            return None
        module, name = self._others.of(token).sdk
        return results_of(module, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
