"""
Closes a whole directory of ours to other accounts: directories have mode 700, files 600, programs 700.

What this version makes is closed from the beginning, by its umask. What a version before made is closed here, once.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from local_cloud.runtime.files.private_directories import (
    NotPrivate,
    foreign,
    own_link_resolved,
    private_directory,
    require_private,
)


def private_tree(directory: Path) -> Path:
    """
    Make a directory that is ours alone, or close an existing one with everything in it.

    Looks at everything only where something directly below is open to others: that is closed last, so that an interrupted
    run goes on at the next start. What belongs to another account stays as it is.

    Raises:
        NotPrivate: it belongs to another account, others can write to it or exchange it, or something stands in for a file.
        NotWritten: it cannot be made.
    """
    directory = private_directory(own_link_resolved(directory.absolute()))
    _require_files(directory)
    if any(_is_open(path.lstat()) for path in directory.iterdir()):
        _close_below(directory)
    return directory


def require_private_tree(directory: Path) -> None:
    """
    Refuse to use an existing directory that is not ours alone; nothing is changed, and one that others can only read passes.

    Raises:
        NotPrivate: it belongs to another account, others can write to it or exchange it, or something stands in for a file.
    """
    require_private(directory)
    if directory.exists():
        _require_files(directory)


def _require_files(directory: Path) -> None:
    """Refuse what another account put directly below, and a FIFO or the like, for which a reader would wait without end."""
    for path in directory.iterdir():
        found = path.lstat()
        if found.st_uid != os.geteuid():
            raise NotPrivate(foreign(path, found, os.geteuid()))
        kind = stat.S_IFMT(found.st_mode)
        if kind not in {stat.S_IFDIR, stat.S_IFREG, stat.S_IFLNK}:
            raise NotPrivate(
                f"{path} is a FIFO, a socket or a device in the place of a file; remove it with `rm {path}` and try again"
            )


def _close_below(directory: Path) -> None:
    for path in list(directory.iterdir()):
        found = path.lstat()
        if found.st_uid != os.geteuid():
            continue
        if stat.S_ISDIR(found.st_mode):
            _close_below(path)
        if _is_open(found):
            path.chmod(_closed(found.st_mode))


def _is_open(found: os.stat_result) -> bool:
    kind = found.st_mode
    ours = found.st_uid == os.geteuid()
    return ours and (stat.S_ISDIR(kind) or stat.S_ISREG(kind)) and stat.S_IMODE(kind) != _closed(kind)


def _closed(mode: int) -> int:
    return 0o700 if stat.S_ISDIR(mode) or mode & stat.S_IXUSR else 0o600
