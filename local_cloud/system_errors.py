"""What to do about an error of the operating system: a full disk, a directory of another account."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

FULL: Final = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when there is no room."""

_NEXT_STEPS: Final = {
    errno.ENOSPC: "free some space there, and try again: nothing is lost",
    errno.EDQUOT: "free some of your quota there, and try again: nothing is lost",
    errno.EROFS: "name a directory that can be written to with --state-dir or IGNITION_STATE_DIR",
    errno.EACCES: "make it yours, or name another state directory with --state-dir or IGNITION_STATE_DIR",
    errno.EPERM: "make it yours, or name another state directory with --state-dir or IGNITION_STATE_DIR",
    errno.ENOTDIR: "name a directory with --state-dir or IGNITION_STATE_DIR",
}


def explained(error: OSError, file: Path | None = None) -> str:
    """
    What happened, to which file, and what to do next.

    Args:
        error: the system's.
        file: which one, where the error does not say: a failed write knows no name.
    """
    said = error.strerror or str(error)
    name = file or error.filename
    what = f"{name}: {said}" if name else said
    step = _NEXT_STEPS.get(error.errno or 0, "`ignition doctor` looks for what is wrong on this machine")
    return f"{what}; {step}"
