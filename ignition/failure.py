"""The errors that a person can fix: shown as one message, never as a traceback."""

from __future__ import annotations

from typing import Final

from local_cloud import system_errors
from local_cloud.background import BackgroundError
from local_cloud.engine.binaries import BinaryMissing
from local_cloud.plan.exported_state import StateError
from local_cloud.plan.throwaway import StackError
from local_cloud.runtime.errors import BackendError

FIXABLE: Final = (BackendError, BinaryMissing, BackgroundError, StackError, StateError, OSError)


def explained(error: BaseException) -> str:
    """The message of such an error; one of the system's gets what to do next."""
    return system_errors.explained(error) if isinstance(error, OSError) else str(error)
