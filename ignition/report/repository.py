"""The repository around a project: revisions, and a copy of one of them beside the working tree."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path


class RevisionError(Exception):
    """The repository cannot give what was asked for; the message says why and what to do."""


@dataclass(frozen=True)
class Revision:
    """
    A commit.

    Attributes:
        name: as it was asked for.
        commit: its full id.
    """

    name: str
    commit: str

    @property
    def short(self) -> str:
        """Its id for people."""
        return self.commit[:10]


class Repository:
    """
    The git repository that a project is in.

    Args:
        project: the project's directory.

    Raises:
        RevisionError: there is no repository, or no git.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        top = self._git("rev-parse", "--show-toplevel")
        if top is None:
            raise RevisionError(
                f"{project} is in no git repository, so there is no base revision; give --state FILE instead of --base"
            )
        self.top = Path(top)
        self.project_in_it = project.resolve().relative_to(self.top.resolve())

    def revision(self, name: str) -> Revision:
        """
        The commit that a name stands for.

        Raises:
            RevisionError: there is no such commit.
        """
        commit = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if commit is None:
            raise RevisionError(
                f"'{name}' is no revision of {self.top}; fetch it first (`git fetch origin {name}`), or name a branch, "
                "a tag or a commit. A shallow clone has only its last commit"
            )
        return Revision(name, commit)

    def refuse_dirty_submodules(self) -> None:
        """
        A submodule that differs from what its commit records would be compared as something that nobody else has.

        Raises:
            RevisionError: a submodule has another commit, changes of its own, or is not checked out.
        """
        status = self._git("status", "--porcelain=v2", "--ignore-submodules=none", "--untracked-files=no") or ""
        dirty = [
            fields[-1]
            for line in status.splitlines()
            if line.startswith("1 ") and (fields := line.split(" ", 8))[2].strip("S.")
            if fields[2].startswith("S")
        ]
        listed = self._git("submodule", "status", "--recursive") or ""
        dirty += [line.split()[1] for line in listed.splitlines() if line[:1] in "-+U"]
        if dirty:
            raise RevisionError(
                f"dirty submodules: {', '.join(sorted(set(dirty)))}; commit or undo their changes, "
                "and run `git submodule update --init --recursive`"
            )

    @contextlib.contextmanager
    def checked_out(self, revision: Revision) -> Generator[Path]:
        """
        The project of a revision, in a worktree that goes afterwards; submodules are not checked out in it.

        Raises:
            RevisionError: git cannot make the worktree.
        """
        with tempfile.TemporaryDirectory(prefix="ignition-base-") as directory:
            place = Path(directory, "base")
            no_hooks = ("-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false")
            made = self._run(*no_hooks, "worktree", "add", "--detach", "--quiet", str(place), revision.commit)
            if made.returncode != 0:
                raise RevisionError(f"git cannot check {revision.name} out: {made.stderr.strip()}")
            try:
                yield place / self.project_in_it
            finally:
                self._run("worktree", "remove", "--force", str(place))

    def _git(self, *arguments: str) -> str | None:
        ran = self._run(*arguments)
        return ran.stdout.rstrip("\n") if ran.returncode == 0 else None

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["git", "-C", str(self._project), *arguments], capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise RevisionError("there is no git on PATH, so there is no base revision; install git") from None
