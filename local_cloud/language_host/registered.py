"""What a program's recorder writes, read while the program runs."""

from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import Final, Self

_CHUNK: Final = 1 << 20
_AFTER_THE_END_S: Final = 5.0


class Registered:
    """
    Reads a pipe to its end; as a context it ends with everything read.

    Args:
        descriptor: the reading end; closed here.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._content = bytearray()
        self._thread = threading.Thread(target=self._read, name="registrations", daemon=True)

    @property
    def content(self) -> bytes:
        """What was read so far."""
        return bytes(self._content)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The writing end is not inherited, so that it closes with the program; a fork of its own may still hold it.
        self._thread.join(_AFTER_THE_END_S)

    def _read(self) -> None:
        with os.fdopen(self._descriptor, "rb", buffering=0) as pipe:
            while content := pipe.read(_CHUNK):
                self._content += content
