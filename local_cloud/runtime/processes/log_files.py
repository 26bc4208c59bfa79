"""
Log files of supervised processes: their size, and their last lines.

A process writes to its file itself, never through a pipe of ours: a pipe would break with the daemon, and the
process with it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from local_cloud.runtime.processes.terminal_text import printable

MAX_BYTES = 8 * 1024 * 1024
KEPT = 3


def rotate(file: Path, *, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> bool:
    """
    Copy a file that grew beyond `max_bytes` to FILE.1 and empty it; older copies move up, the last goes.

    Copied and emptied rather than renamed, because the process keeps its open file; it writes in append
    mode, so it goes on at the new end. Where there is no room for the copy the file stays as it is.
    """
    try:
        if file.stat().st_size <= max_bytes:
            return False
    except OSError:
        return False
    copy = file.with_name(f"{file.name}.copy")
    try:
        shutil.copy2(file, copy)
        for number in range(kept - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                _numbered(file, number).replace(_numbered(file, number + 1))
        copy.replace(_numbered(file, 1))
        os.truncate(file, 0)
    except OSError:
        with contextlib.suppress(OSError):
            copy.unlink()
        return False
    return True


def last_lines(file: Path, count: int = 20, *, start: int = 0) -> list[str]:
    """The last lines of a file, from byte `start` on, as a terminal may show them; a missing file has none."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(start if start <= size else 0, size - 400 * count))
            text = printable(stream.read().decode(errors="replace"))
    except OSError:
        return []
    return text.splitlines()[-count:]


def _numbered(file: Path, number: int) -> Path:
    return file.with_name(f"{file.name}.{number}")
