"""
What the SDK finds out about the properties of a class, kept from one run to the next.

The SDK evaluates the annotations of every class that a program uses, a tenth of a large preview. Nothing of it depends on the run:
a child tells the fork server which classes it met, and the next child has them from the start. Written for one SDK version and not
applied on any other.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import socket
import sys
from typing import Any, Final

from local_cloud.language_host.speedups import WRITTEN_FOR

_LARGEST_MESSAGE: Final = 1 << 18


class PropertyTypes(dict[type, Any]):
    """The types of each class's properties, found where they are asked for first."""

    def __init__(self) -> None:
        super().__init__()
        self._ours, self._children = socket.socketpair(type=socket.SOCK_DGRAM)
        self._known: frozenset[type] = frozenset()
        self._find: Any = None
        if importlib.metadata.version("pulumi") == WRITTEN_FOR:
            sdk: Any = importlib.import_module("pulumi._types")
            self._find = sdk._types_from_py_properties  # noqa: SLF001
            sdk._types_from_py_properties = self.__getitem__  # noqa: SLF001

    def __missing__(self, cls: type) -> Any:
        self[cls] = found = self._find(cls)
        return found

    def fileno(self) -> int:
        """Readable when a child has told something."""
        return self._ours.fileno()

    def before_run(self) -> None:
        """In a child: what is known already need not be told."""
        self._ours.close()
        self._known = frozenset(self)

    def after_run(self) -> None:
        """
        In a child: tells which classes were met. Nothing depends on it.

        Raises:
            OSError: they are more than a message holds, or the fork server is gone or behind.
        """
        met = [(cls.__module__, cls.__qualname__) for cls in self if cls not in self._known]
        if met:
            self._children.send(json.dumps(met).encode(), socket.MSG_DONTWAIT)

    def learn(self) -> None:
        """In the fork server: finds the types of the classes a child has met, as far as it has their modules itself."""
        for module, name in json.loads(self._ours.recv(_LARGEST_MESSAGE)):
            cls = getattr(sys.modules.get(module), name, None)
            if isinstance(cls, type):
                with contextlib.suppress(Exception):  # a child will meet it again, and say so
                    self[cls]
