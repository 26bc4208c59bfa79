"""
Whether the rules have already passed what `ignition up` is about to run.

A preview judges the plan before anything is made, and costs about as much as the run itself. What has not changed since the last
successful run (the program, its configuration, the state, the rules) was judged then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local_cloud.background import fingerprint
from local_cloud.runtime.files.private_files import write_private

_FILE: Final = "judged"
_SUFFIXES: Final = (".py", ".yaml", ".toml")
_NOT_THE_PROGRAM: Final = frozenset({"tests", "docs", "bench", "node_modules", "__pycache__"})


class Judged:
    """
    The mark of the last successful run.

    Args:
        state: the state directory, where it is kept.
        project: the program's directory.
        config_file: the configuration that the engine gets.
        checkpoint: where the engine keeps the stack's state.
    """

    def __init__(self, state: Path, project: Path, config_file: Path, checkpoint: Path) -> None:
        self._file = state / _FILE
        self._project = project
        self._engine_files = (config_file, checkpoint)
        self._program_before = ""

    def holds(self) -> bool:
        """Whether nothing has changed since the last successful run."""
        self._program_before = self._program_now()
        try:
            return self._file.read_text() == self._digest(self._program_before)
        except OSError:
            return False

    def note(self) -> None:
        """A run has succeeded. It ran the program that `holds` looked at: what was edited since then is not judged."""
        write_private(self._file, self._digest(self._program_before or self._program_now()).encode())

    def forget(self) -> None:
        """A run begins, and what it leaves is not known to be right."""
        self._file.unlink(missing_ok=True)

    def _digest(self, program: str) -> str:
        digest = hashlib.sha256(program.encode())
        for file in self._engine_files:
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def _program_now(self) -> str:
        digest = hashlib.sha256(fingerprint().encode())
        for file in sorted(self._files()):
            stat = os.stat(file)  # noqa: PTH116  as below
            digest.update(f"{file}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
        return digest.hexdigest()

    def _files(self) -> Iterator[str]:
        for directory, below, files in os.walk(self._project, followlinks=True):
            below[:] = [each for each in below if not each.startswith(".") and each not in _NOT_THE_PROGRAM]
            # A Path for each of hundreds of files would cost more than all else.
            yield from (os.path.join(directory, each) for each in files if each.endswith(_SUFFIXES))  # noqa: PTH118
