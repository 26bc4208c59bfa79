"""Processes that an earlier daemon left and nothing took over: half-created replicas, executions of jobs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from local_cloud.runtime.processes.pids import Mark, end

_GRACE_S: Final = 10


def end_strays(directory: Path, *, keep: Collection[str]) -> None:
    """
    Stop the processes whose pid files are below a directory.

    Args:
        directory: holds a folder for each replica or execution, with the pid files of its containers.
        keep: names of the replicas to leave alone.
    """
    for file in directory.rglob("*.pid"):
        if file.parent.name in keep:
            continue
        left = Mark.read(file)
        if left is not None and left.alive:
            end(left, _GRACE_S)
        file.unlink(missing_ok=True)
