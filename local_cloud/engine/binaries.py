"""
Finds a pinned program: on PATH, in the cache, in a wheel, from its publisher, or built from Go modules.

Each program declares its own order in a file beside this one. What is obtained is kept under the user's cache
directory by name and version, with a digest, and is never obtained twice at the same time. What a program is
used for is its caller's business.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local_cloud.runtime.errors import NotWritten
from local_cloud.runtime.files.private_directories import NotPrivate, own_link_resolved, private_directory
from local_cloud.system_errors import explained

Progress = Callable[[str], None]


class BinaryMissing(Exception):  # noqa: N818  says what happened
    """No source could provide a program; the message lists what was tried and what to install."""


class Unavailable(Exception):  # noqa: N818  not an error as long as another source is left
    """One source cannot provide a program; the message says why."""


@dataclass(frozen=True)
class Found:
    """
    A program that is ready to run.

    Attributes:
        path: the executable.
        version: its version, without a leading `v`.
        source: where it came from, in words.
    """

    path: Path
    version: str
    source: str


class Source(Protocol):
    """One place a program may come from."""

    @property
    def label(self) -> str:
        """The place, in words."""
        ...

    def find(self, binary: Binary, cache: Cache, progress: Progress) -> Found:
        """Provide the program, or raise `Unavailable`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Binary:
    """
    A program and the places it may come from, best first.

    Attributes:
        version: the pinned version; a newer one on PATH is accepted up to `below`.
        below: first version that is known or feared not to fit, `4`.
        version_argv: what to append to the executable to make it print its version.
        remedy: what a person can install when no source works.
    """

    name: str
    version: str
    below: str
    version_argv: Sequence[str]
    sources: Sequence[Source]
    remedy: str

    def accepts(self, version: str) -> bool:
        """Whether a version fits."""
        return _key(self.version) <= _key(version) < _key(self.below)


@dataclass(frozen=True)
class Cache:
    """
    The cache directory of this project's programs.

    Attributes:
        root: `$XDG_CACHE_HOME/ignition`, `~/.cache/ignition` by default.
        full_check: compute digests again instead of trusting size and time.
    """

    root: Path
    full_check: bool = False

    @classmethod
    def of_user(cls, *, full_check: bool = False) -> Cache:
        """The user's own cache."""
        base = os.environ.get("XDG_CACHE_HOME", "")
        # The specification asks to ignore a relative path here.
        return cls((Path(base) if base.startswith("/") else Path.home() / ".cache") / "ignition", full_check)

    def close(self) -> None:
        """
        Close the directory to other accounts; one that cannot be made is none.

        Raises:
            BinaryMissing: other accounts can put programs into it.
        """
        try:
            private_directory(own_link_resolved(self.root))
        except NotPrivate as error:
            raise BinaryMissing(f"The cache of programs is not safe to use. {error}") from None
        except NotWritten:
            return

    def entry(self, binary: Binary) -> Path:
        """The directory of one version of one program."""
        return self.root / binary.name / binary.version

    def load(self, binary: Binary, progress: Progress) -> Found | None:
        """The cached program, if it is there and is still what was put there."""
        entry = self.entry(binary)
        record = _read_json(entry / "binary.json")
        if record is None:
            return None
        if not record.keys() >= {"file", "sha256", "size", "mtime_ns", "source"}:
            progress(f"{entry / 'binary.json'} is damaged: obtaining it again")
            return None
        path = entry / str(record["file"])
        try:
            stat = path.stat()
        except OSError:
            return None
        unchanged = [stat.st_size, stat.st_mtime_ns] == [record["size"], record["mtime_ns"]]
        if self.full_check or not unchanged:
            if sha256_of(path) != record["sha256"]:
                progress(f"{path} is not what was put there: obtaining it again")
                return None
            if not unchanged:
                _write_json(entry / "binary.json", {**record, "mtime_ns": stat.st_mtime_ns})
        return Found(path, binary.version, str(record["source"]))

    def store(self, binary: Binary, scratch: Path, executable: str, source: str) -> Found:
        """Move a finished directory into its place; the executable is named relative to it."""
        path = scratch / executable
        stat = path.stat()
        record = {
            "file": executable,
            "sha256": sha256_of(path),
            "size": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            "source": source,
        }
        _write_json(scratch / "binary.json", record)
        entry = self.entry(binary)
        if entry.exists():
            # A running program keeps its open file; only the name goes.
            shutil.rmtree(entry)
        scratch.rename(entry)
        return Found(entry / executable, binary.version, source)

    def scratch(self, binary: Binary) -> Path:
        """An empty directory beside the entry, for what is not finished yet."""
        directory = self.entry(binary).with_name(f".{binary.version}.partial")
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        return directory

    @contextlib.contextmanager
    def lock(self, binary: Binary, progress: Progress) -> Generator[None]:
        """Let one process at a time obtain a program; the lock goes with the process that holds it."""
        import fcntl  # noqa: PLC0415  not needed when the cache is warm

        file = self.entry(binary).with_name(f".{binary.version}.lock")
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                progress("another process is obtaining it: waiting")
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def find(binary: Binary, *, cache: Cache | None = None, progress: Progress | None = None) -> Found:
    """
    The program, from the first source that has it.

    Args:
        binary: which one.
        cache: default is the user's.
        progress: told of everything that takes longer, in words without the program's name.

    Raises:
        BinaryMissing: no source has it, or other accounts can write to the cache.
    """
    cache = cache or Cache.of_user()
    cache.close()
    tried: list[str] = []
    for source in binary.sources:
        try:
            return source.find(binary, cache, progress or _silent)
        except Unavailable as reason:
            tried.append(f"  - {source.label}: {reason}")
        except OSError as error:
            tried.append(f"  - {source.label}: {explained(error)}")
    listed = "\n".join(tried)
    message = f"{binary.name} {binary.version} is not available on this machine. Tried:\n{listed}\n{binary.remedy}"
    raise BinaryMissing(message)


@dataclass(frozen=True)
class OnPath:
    """An installed program whose version fits; asked for its version once, until the file changes."""

    directories: Sequence[str] = ()
    label: str = "installed on this machine"

    def find(self, binary: Binary, cache: Cache, progress: Progress) -> Found:  # noqa: ARG002  Source's signature
        """Look on PATH, then in the directories that are not on everyone's PATH."""
        where = os.pathsep.join([os.environ.get("PATH", os.defpath), *self.directories])
        found = shutil.which(binary.name, path=where)
        if found is None:
            raise Unavailable(f"no {binary.name} on PATH")
        path = Path(found).resolve()
        version = installed_version(binary, path, cache)
        if not binary.accepts(version):
            raise Unavailable(f"{path} is {version}, wanted at least {binary.version} and below {binary.below}")
        return Found(path, version, self.label)


@dataclass(frozen=True)
class Obtained:
    """
    A program that is obtained once and then kept in the cache.

    Attributes:
        obtain: fills an empty directory and returns the executable's path relative to it, or raises `Unavailable`.
    """

    label: str
    obtain: Callable[[Binary, Path, Progress], str]

    def find(self, binary: Binary, cache: Cache, progress: Progress) -> Found:
        """Use the cache, fill it first when it is empty or damaged."""
        found = cache.load(binary, progress)
        if found is not None:
            return found
        with cache.lock(binary, progress):
            found = cache.load(binary, progress)
            if found is not None:
                return found
            scratch = cache.scratch(binary)
            try:
                executable = self.obtain(binary, scratch, progress)
                version = version_of(binary, scratch / executable)
                if not binary.accepts(version):
                    raise Unavailable(f"what came is version {version}, wanted {binary.version}")
                return cache.store(binary, scratch, executable, self.label)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)


def installed_version(binary: Binary, path: Path, cache: Cache) -> str:
    """A program's version, remembered in the cache directory for as long as the file stays the same."""
    memory = cache.root / binary.name / "installed.json"
    stat = path.stat()
    key = [str(path), stat.st_size, stat.st_mtime_ns]
    record = _read_json(memory)
    if record is not None and record.get("key") == key:
        return str(record["version"])
    version = version_of(binary, path)
    with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
        memory.parent.mkdir(parents=True, exist_ok=True)
        _write_json(memory, {"key": key, "version": version})
    return version


def version_of(binary: Binary, path: Path) -> str:
    """Run a program to learn its version."""
    import re  # noqa: PLC0415  a warm cache needs neither
    import subprocess  # noqa: PLC0415

    try:
        run = subprocess.run(
            [path, *binary.version_argv], capture_output=True, text=True, timeout=60, check=False, env=_quiet_env()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{path} does not run: {error}") from None
    found = re.search(r"v?(\d+\.\d+(?:\.\d+)?)", run.stdout)
    if run.returncode != 0 or found is None:
        last = (run.stderr or run.stdout).strip().splitlines()[-1:] or ["no output"]
        raise Unavailable(f"{path} does not tell its version: {last[0]}")
    return found[1]


def sha256_of(path: Path) -> str:
    """A file's digest, in hex."""
    import hashlib  # noqa: PLC0415  a warm cache does not need it

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _quiet_env() -> dict[str, str]:
    # Pulumi would otherwise ask its publisher for news.
    return {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _silent(_line: str) -> None:
    pass


def _read_json(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None  # pyright: ignore[reportUnknownVariableType]  checked by use


def _write_json(file: Path, record: dict[str, Any]) -> None:
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        scratch.write_text(json.dumps(record))
        scratch.replace(file)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
