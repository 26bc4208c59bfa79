"""The errors that a person can mend: shown as one message, never as a traceback."""

from __future__ import annotations

from typing import Final

from local_cloud.background import BackgroundError
from local_cloud.engine.binaries import BinaryMissing
from local_cloud.plan.exported_state import StateError
from local_cloud.plan.throwaway import StackError

MENDABLE: Final = (BinaryMissing, BackgroundError, StackError, StateError)
