"""Where a program's files are in the repository: what a report must say so that a pull request shows it at its line."""

from __future__ import annotations

import os
from pathlib import Path


def in_repository(file: str, root: Path) -> str:
    """
    A file's path relative to the repository, with slashes.

    Args:
        file: relative to the project, or absolute; empty for none.
        root: the project's directory, in the repository or its top.

    Returns:
        The relative path; the absolute one of a file outside the repository; empty for none.
    """
    if not file:
        return ""
    whole = Path(os.path.normpath(root.absolute() / file))
    top = repository(root)
    return whole.relative_to(top).as_posix() if whole.is_relative_to(top) else whole.as_posix()


def repository(root: Path) -> Path:
    """The top of the repository that a project is in; the project's own directory where there is none."""
    absolute = root.absolute()
    return next((each for each in (absolute, *absolute.parents) if (each / ".git").exists()), absolute)
