"""Files with secrets in them: mode 0600 from the first byte, whole or not there, and never where git would take them."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path


class InsideGitError(Exception):
    """The file would be inside a git work tree that does not ignore it."""


def write_private(file: Path, content: bytes) -> None:
    """
    Write a file that only its owner can read, in one step.

    Raises:
        OSError: it cannot be written.
    """
    # mkstemp makes files with mode 0600.
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def refuse_inside_git(file: Path) -> None:
    """
    Refuse a path that git would offer to commit.

    Raises:
        InsideGitError: it is in a work tree and not ignored, or git is not there to say so.
    """
    target = file.absolute()
    tree = next((parent for parent in target.resolve().parents if (parent / ".git").exists()), None)
    if tree is None:
        return
    try:
        ignored = subprocess.run(
            ["git", "-C", str(target.resolve().parent), "check-ignore", "--quiet", "--no-index", target.name],
            check=False,
            capture_output=True,
        ).returncode
    except OSError:
        raise InsideGitError(
            f"{file} is in the git work tree {tree}, and there is no git to say whether it is ignored: write it elsewhere"
        ) from None
    if ignored != 0:
        raise InsideGitError(
            f"{file} is in the git work tree {tree} and not ignored, so its secrets could be committed: add {target.name} "
            "to .gitignore, or write it elsewhere"
        )
    tracked = subprocess.run(
        ["git", "-C", str(target.resolve().parent), "ls-files", "--error-unmatch", target.name],
        check=False,
        capture_output=True,
    ).returncode
    if tracked == 0:
        raise InsideGitError(f"{file} is tracked by git: `git rm --cached {target.name}` first, or write it elsewhere")
