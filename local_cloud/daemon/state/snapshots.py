"""
Copies of a whole state directory under a name: databases, buckets, vault, the stack's state, settings.

Nothing runs while a copy is made or brought back. A copy has its name only once it is whole. Bringing one back is first a copy beside
what is there, then renames that a journal lists: where they were interrupted, `finish` goes on with them.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import write_private

FOLDER: Final = "snapshots"
_ABOUT: Final = "snapshot.json"
_JOURNAL: Final = "journal.json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_STAYS: Final = frozenset(
    {FOLDER, "address.json", "control-token", "endpoint.json", "daemon.lock", "start.lock", "up.lock", "test-runs"}
)
"""Of the daemon that runs, or ran; and the snapshots themselves."""
_COPY: Final = ("cp", "--archive", "--reflink=auto")


@dataclass(frozen=True)
class Snapshot:
    """
    One that is whole.

    Attributes:
        name: as it was given.
        made: when.
        mib: its size.
    """

    name: str
    made: dt.datetime
    mib: float


class Snapshots:
    """
    The snapshots of a state directory; nothing may run in it while one is made or brought back.

    Args:
        state: the state directory.
    """

    def __init__(self, state: Path) -> None:
        self._state = state.absolute()
        self._folder = self._state / FOLDER

    def all(self) -> Sequence[Snapshot]:
        """Every one that is whole, the oldest first."""
        return sorted(self._whole(), key=lambda each: each.made)

    def require_new(self, name: str) -> None:
        """
        Refuse a name that cannot be given.

        Raises:
            BackendError: it is not a name, or taken.
        """
        if not _NAME.fullmatch(name):
            raise BackendError(
                f"{name!r} is not a snapshot's name: 1 to 63 letters, digits, dots, hyphens and underscores, a letter or digit first"
            )
        if (self._folder / name).exists():
            raise BackendError(
                f"there is a snapshot {name} already; delete it with `ignition snapshot delete {name}` first"
            )

    def require(self, name: str) -> Path:
        """
        Where a snapshot is.

        Raises:
            BackendError: there is none of that name.
        """
        if _NAME.fullmatch(name) and (self._folder / name / _ABOUT).is_file():
            return self._folder / name
        known = ", ".join(each.name for each in self.all()) or "none"
        raise BackendError(f"there is no snapshot {name!r}; snapshots here: {known}")

    def save(self, name: str) -> None:
        """
        Make one of everything as it is now.

        Raises:
            BackendError: the name cannot be given, or a file cannot be copied.
        """
        self.require_new(name)
        scratch = self._scratch(f".saving-{name}")
        for entry in self._entries(self._state):
            _copy(entry, scratch / entry.name)
        for number, data in enumerate(_outside(self._state)):
            _copy(data.resolve(), scratch / f".outside-{number}")
        about = {
            "made": dt.datetime.now(dt.UTC).isoformat(),
            "outside": [_within(self._state, each) for each in _outside(self._state)],
        }
        write_private(scratch / _ABOUT, json.dumps(about).encode())
        scratch.rename(self._folder / name)

    def load(self, name: str) -> None:
        """
        Bring everything back to how it was; what was there since is gone.

        Raises:
            BackendError: there is none of that name, or a file cannot be copied; nothing has changed then.
        """
        kept = self.require(name)
        self.finish()
        new = self._scratch(".loading")
        old = self._scratch(".replaced")
        steps: list[tuple[str, str, str]] = []
        for entry in self._entries(kept):
            if entry.name.startswith(".outside-") or entry.name == _ABOUT:
                continue
            _copy(entry, new / entry.name)
            steps.append((str(new / entry.name), str(self._state / entry.name), str(old / entry.name)))
        there = {entry.name for entry in self._entries(self._state)}
        gone = there - {Path(target).name for _, target, _ in steps}
        steps += [("", str(self._state / each), str(old / each)) for each in sorted(gone)]
        for number, place in enumerate(json.loads((kept / _ABOUT).read_bytes())["outside"]):
            # A copy beside its target, on the same file system: the target lies outside the state directory.
            target = (kept / place).readlink()
            beside = target.with_name(f"{target.name}.loading")
            for left in (beside, target.with_name(f"{target.name}.replaced")):
                shutil.rmtree(left, ignore_errors=True)
            _copy(kept / f".outside-{number}", beside)
            steps.append((str(beside), str(target), f"{target}.replaced"))
        write_private(self._folder / _JOURNAL, json.dumps(steps).encode())
        self.finish()

    def finish(self) -> bool:
        """Go on with renames that were interrupted; False where there were none."""
        journal = self._folder / _JOURNAL
        if not journal.exists():
            return False
        steps: list[list[str]] = json.loads(journal.read_bytes())
        for new, target, old in steps:
            _exchange(Path(new) if new else None, Path(target), Path(old))
        journal.unlink()
        _sync(self._folder)
        for _, _, old in steps:
            shutil.rmtree(old, ignore_errors=True)
        for scratch in (".loading", ".replaced"):
            shutil.rmtree(self._folder / scratch, ignore_errors=True)
        return True

    def delete(self, name: str) -> None:
        """
        Delete one.

        Raises:
            BackendError: there is none of that name.
        """
        kept = self.require(name)
        # Without this file it is none any more, also when the rest is interrupted.
        (kept / _ABOUT).unlink()
        shutil.rmtree(kept)

    def _whole(self) -> Iterator[Snapshot]:
        for about in self._folder.glob(f"*/{_ABOUT}"):
            if not about.parent.name.startswith("."):
                made = dt.datetime.fromisoformat(json.loads(about.read_bytes())["made"])
                size = sum(file.lstat().st_size for file in about.parent.rglob("*"))
                yield Snapshot(about.parent.name, made, size / 2**20)

    def _entries(self, directory: Path) -> Sequence[Path]:
        return sorted(each for each in directory.iterdir() if each.name not in _STAYS)

    def _scratch(self, name: str) -> Path:
        """An empty directory; what an interrupted run left in it is removed."""
        self._folder.mkdir(exist_ok=True, mode=0o700)
        directory = self._folder / name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o700)
        return directory


def _exchange(new: Path | None, target: Path, old: Path) -> None:
    """Put `new` in the place of `target`, which goes to `old`; what was done before is left as it is."""
    waiting = new is not None and _is_there(new)
    if _is_there(target) and (waiting or new is None) and not _is_there(old):
        target.rename(old)
    if new is not None and waiting:
        new.rename(target)


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _outside(state: Path) -> Sequence[Path]:
    """Links to data of servers that another account runs."""
    found = (each for name in ("data", "backups") for each in (state / "postgres").glob(f"*/{name}"))
    return sorted(each for each in found if each.is_symlink() and each.is_dir())


def _within(state: Path, path: Path) -> str:
    return str(path.relative_to(state))


def _copy(source: Path, target: Path) -> None:
    """Copy with modes, owners and extended attributes; links stay links."""
    done = subprocess.run([*_COPY, str(source), str(target)], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BackendError(f"{source} cannot be copied ({said}); nothing was changed: free some space, then try again")


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
