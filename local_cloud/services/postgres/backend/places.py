"""
Where PostgreSQL's programs and data can lie, and which account runs them.

PostgreSQL refuses to run as root, and root's own directories are closed to every other account. So root runs it as
another account, and what that account cannot reach is kept under `outside`, with a link from the state directory.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from local_cloud.runtime.errors import BackendError

OUTSIDE = Path("/var/lib/ignition")
# `postgres` exists where Debian's or Red Hat's packages are; `nobody` everywhere.
_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Places:
    """
    The account that runs the server, and where it can read and write.

    Attributes:
        user: the account that runs the server; None is our own.
        outside: where an account other than ours finds what it cannot reach in our directories.
    """

    user: str | None
    outside: Path = OUTSIDE

    @classmethod
    def of_this_machine(cls, outside: Path = OUTSIDE) -> Places:
        """The account to use, decided by who we are."""
        if os.geteuid() != 0:
            return cls(None, outside)
        for name in _ACCOUNTS:
            with contextlib.suppress(KeyError):
                return cls(pwd.getpwnam(name).pw_name, outside)
        raise BackendError(
            "PostgreSQL does not run as root and this machine has no account to run it as: "
            "create one with `useradd --system postgres`, or work as a normal user"
        )

    @property
    def account(self) -> pwd.struct_passwd:
        """The account's entry."""
        return pwd.getpwnam(self.user) if self.user else pwd.getpwuid(os.geteuid())

    def give(self, path: Path) -> None:
        """Make a file or directory the account's own."""
        if self.user:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def reachable(self, path: Path) -> bool:
        """Whether the account can get to a path through all the directories above it."""
        if self.user is None:
            return True
        return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)

    def data_directory(self, wanted: Path) -> Path:
        """
        A directory of the account's own for `wanted`: that itself, or one outside with `wanted` as a link to it.

        The one outside belongs to this very path: whatever an earlier owner of the path left there is removed.
        """
        if wanted.is_symlink():
            return wanted.resolve()
        wanted.parent.mkdir(parents=True, exist_ok=True)
        if self.reachable(wanted):
            wanted.mkdir(mode=0o700, exist_ok=True)
            self.give(wanted)
            return wanted
        target = self.outside / "data" / _key(str(wanted.absolute()))
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.mkdir(mode=0o700)
        self.give(target)
        wanted.symlink_to(target)
        return target

    def remove_data_directory(self, wanted: Path) -> None:
        """Remove what `data_directory` made, and its socket directory."""
        shutil.rmtree(_socket_directory(wanted.resolve()), ignore_errors=True)
        if wanted.is_symlink():
            shutil.rmtree(wanted.resolve(), ignore_errors=True)
            wanted.unlink()
        else:
            shutil.rmtree(wanted, ignore_errors=True)

    def programs(self, directory: Path) -> Path:
        """The directory of PostgreSQL's programs, or a copy of it that the account can reach."""
        if self.reachable(directory / "postgres"):
            return directory
        installation = directory.parent
        stat = (directory / "postgres").stat()
        target = self.outside / "programs" / _key(f"{installation}|{stat.st_size}|{stat.st_mtime_ns}")
        if not target.is_dir():
            scratch = target.with_name(f".{target.name}.{os.getpid()}")
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(installation, scratch, symlinks=True)
            try:
                scratch.rename(target)
            except OSError:  # another process was faster
                shutil.rmtree(scratch)
        return target / directory.name

    def socket_directory(self, data: Path) -> Path:
        """
        A private directory for the server's socket.

        Not in the data directory: a socket's path has room for about a hundred characters.
        """
        directory = _socket_directory(data)
        directory.mkdir(mode=0o700, exist_ok=True)
        self.give(directory)
        found = directory.lstat()
        if directory.is_symlink() or found.st_uid != self.account.pw_uid or found.st_mode & 0o077:
            raise BackendError(f"{directory} belongs to someone else: remove it and try again")
        return directory


def _socket_directory(data: Path) -> Path:
    return Path("/tmp") / f"ignition-postgres-{_key(str(data.resolve()))}"  # noqa: S108  its owner is checked


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
