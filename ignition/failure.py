"""The errors that a person can mend: shown as one message, never as a traceback."""

from __future__ import annotations

import errno
from typing import Final

from local_cloud.backends.errors import BackendError
from local_cloud.background import BackgroundError
from local_cloud.engine.binaries import BinaryMissing
from local_cloud.plan.exported_state import StateError
from local_cloud.plan.throwaway import StackError

MENDABLE: Final = (BackendError, BinaryMissing, BackgroundError, StackError, StateError, OSError)

_NEXT_STEPS: Final = {
    errno.ENOSPC: "free some space there, and try again: nothing is lost",
    errno.EDQUOT: "free some of your quota there, and try again: nothing is lost",
    errno.EROFS: "name a directory that can be written to with --state-dir or IGNITION_STATE_DIR",
    errno.EACCES: "make it yours, or name another state directory with --state-dir or IGNITION_STATE_DIR",
    errno.EPERM: "make it yours, or name another state directory with --state-dir or IGNITION_STATE_DIR",
}


def explained(error: BaseException) -> str:
    """The message of a mendable error; one of the system's gets what to do next."""
    if not isinstance(error, OSError):
        return str(error)
    said = error.strerror or str(error)
    what = f"{error.filename}: {said}" if error.filename else said
    step = _NEXT_STEPS.get(error.errno or 0, "`ignition doctor` looks for what is wrong on this machine")
    return f"{what}; {step}"
