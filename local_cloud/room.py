"""
Whether the disk of a state directory has room, asked before anything is started on it.

A full disk in the middle of a run is survived too, but it takes Pulumi minutes: it tries to write its state again and again.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from local_cloud.backends.errors import BackendError

_MIB: Final = 1 << 20
_FIRST_MIB: Final = 128
"""A new database cluster and its write-ahead log are 60 MiB, the state and the records some more."""
_LATER_MIB: Final = 32
"""Another segment of the write-ahead log, and the state some times over."""


class NoRoom(BackendError):  # noqa: N818  says what happened
    """The disk is full, or nearly so; the message names the place."""


def ensure_room(state: Path) -> None:
    """
    Makes sure that a run has the room it needs.

    Args:
        state: the state directory; need not exist yet.

    Raises:
        NoRoom: there is too little.
    """
    needed_mib = _LATER_MIB if (state / "records").exists() else _FIRST_MIB
    free_mib = _free_mib(state)
    if free_mib < needed_mib:
        raise NoRoom(
            f"{state} has {free_mib:.0f} MiB of free space, and `ignition up` needs {needed_mib} MiB there: free some space on "
            f"that disk and type it again, or name another directory with --state-dir. {_what_takes_it(state)}. Nothing is lost"
        )


def why_it_failed(state: Path) -> str | None:
    """After a run that failed: what to do when it did so for want of room, None when there is some."""
    if _free_mib(state) >= 1:
        return None
    return (
        f"The disk of {state} is full. Free some space there, then type `ignition up` again: nothing is lost, and it goes on "
        f"where it was. {_what_takes_it(state)}."
    )


def _free_mib(state: Path) -> float:
    place = next(each for each in (state.absolute(), *state.absolute().parents) if each.exists())
    return shutil.disk_usage(place).free / _MIB


def _what_takes_it(state: Path) -> str:
    return f"`du -xh --max-depth=2 {state} | sort -h | tail` shows what takes it"
