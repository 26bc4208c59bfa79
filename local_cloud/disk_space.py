"""
Whether the state directory's disk has enough space, checked before anything starts.

A disk that fills up during a run is handled too: the run is ended, because Pulumi itself does not give up.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Final

from local_cloud.runtime.errors import BackendError
from local_cloud.system_errors import explained

_MIB: Final = 1 << 20
_FIRST_MIB: Final = 128
"""A new database cluster and its write-ahead log are 60 MiB, the state and the records some more."""
_LATER_MIB: Final = 32
"""Another segment of the write-ahead log, and the state some times over."""
_SOME_MIB: Final = 1
"""With less than that left after a run, the disk is full: the engine's state is as large."""


class DiskTooFull(BackendError):  # noqa: N818  says what happened
    """The disk is full or nearly full; the message names the directory."""


@contextlib.contextmanager
def disk_space_for_a_run(state: Path) -> Generator[None]:
    """
    Makes sure that a run has enough disk space; if the disk still fills up, the error says so.

    Args:
        state: the state directory; need not exist yet.

    Raises:
        DiskTooFull: there is too little space.
    """
    needed_mib = _LATER_MIB if (state / "records").exists() else _FIRST_MIB
    free_mib = _free_mib(state)
    if free_mib < needed_mib:
        raise DiskTooFull(
            f"{state} has {free_mib:.0f} MiB of free space, and `ignition up` needs {needed_mib} MiB there. "
            f"Free some space on that disk, or name another directory with --state-dir, and run the command again. Nothing is lost. "
            f"{_what_takes_it(state)}."
        )
    try:
        yield
    except (Exception, SystemExit) as error:
        if not is_full(state):
            raise
        said = [] if isinstance(error, SystemExit) else [explained(error) if isinstance(error, OSError) else str(error)]
        full = (
            f"The disk of {state} is full. Free some space there and type `ignition up` again. Nothing is lost, and it "
            f"continues where it stopped. {_what_takes_it(state)}."
        )
        raise DiskTooFull("\n".join([*said, full])) from error


def is_full(state: Path) -> bool:
    """Whether the disk is too full for the engine to write its state."""
    return _free_mib(state) < _SOME_MIB


def _free_mib(state: Path) -> float:
    place = next(each for each in (state.absolute(), *state.absolute().parents) if each.exists())
    return shutil.disk_usage(place).free / _MIB


def _what_takes_it(state: Path) -> str:
    return f"`du -xh --max-depth=2 {state} | sort -h | tail` shows what takes it"
