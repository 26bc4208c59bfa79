"""What a program prints, sent to the engine line by line, completely and in order."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

_CHUNK = 1 << 16


class Output:
    """A pipe for a child's output and the thread that empties it."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        """Begins to read.

        Args:
            write: takes what was printed, piece by piece, in a thread of its own; what it raises is dropped with the rest of the output.
        """
        self._read_end, self.descriptor = os.pipe()
        os.set_blocking(self._read_end, False)
        self._stop_read, self._stop_write = os.pipe()
        self._write = write
        self._thread = threading.Thread(target=self._run, name="program output", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Call when the child has ended: delivers the rest. Does not wait for processes that the child left behind."""
        os.close(self.descriptor)
        os.close(self._stop_write)
        self._thread.join()
        os.close(self._read_end)
        os.close(self._stop_read)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            readable, _, _ = select.select([self._read_end, self._stop_read], [], [])
            stopping = self._stop_read in readable
            while True:
                try:
                    piece = os.read(self._read_end, _CHUNK)
                except BlockingIOError:
                    break
                if not piece:
                    return
                self._deliver(piece)

    def _deliver(self, piece: bytes) -> None:
        try:
            self._write(piece)
        except Exception:  # noqa: BLE001  the engine has gone; the child must not block on a full pipe for that
            self._write = lambda _: None


class Lines:
    """Cuts pieces into lines; blank ones are left out, as the engine does with its own plugins' output."""

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line
        self._rest = b""

    def write(self, piece: bytes) -> None:
        """Takes the next piece."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        for line in whole:
            self._emit(line + b"\n")

    def flush(self) -> None:
        """Takes what is left as a line of its own."""
        rest, self._rest = self._rest, b""
        self._emit(rest)

    def _emit(self, line: bytes) -> None:
        if line.strip():
            self._line(line.decode(errors="replace"))
