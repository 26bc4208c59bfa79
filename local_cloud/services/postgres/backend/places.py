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
from local_cloud.runtime.files.private_directories import (
    NotPrivate,
    private_directory,
    remove_socket_directory,
    socket_directory,
)

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

    def reachable(self, path: Path) -> bool:
        """Whether the account can get to a path through all the directories above it."""
        if self.user is None:
            return True
        return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)

    def data_directory(self, wanted: Path) -> Path:
        """
        A directory of the account's own for `wanted`: that itself, or one outside with `wanted` as a link to it.

        The one outside belongs to this very path: whatever an earlier owner of the path left there is removed.

        Raises:
            NotPrivate: another account has made something in its place.
        """
        if self.user is None:
            return private_directory(wanted)
        private_directory(wanted.parent)
        if not wanted.is_symlink() and self.reachable(wanted):
            return private_directory(wanted, owner=self.account)
        target = self._outside("data") / _key(str(wanted.absolute()))
        if not wanted.is_symlink():
            shutil.rmtree(target, ignore_errors=True)
            if wanted.is_dir():
                _move(wanted, target)
            wanted.symlink_to(target)
        elif wanted.readlink() != target:
            raise NotPrivate(
                f"{wanted} leads to {wanted.readlink()} in the place of {target}; find out why, and put it right"
            )
        return private_directory(target, owner=self.account)

    def remove_data_directory(self, wanted: Path) -> None:
        """Remove what `data_directory` and `socket_directory` made for one server."""
        shutil.rmtree(self.outside / "sockets" / _key(str(wanted.absolute())), ignore_errors=True)
        remove_socket_directory(_sockets(wanted))
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
        target = self._outside("programs") / _key(f"{installation}|{stat.st_size}|{stat.st_mtime_ns}")
        if not target.is_dir():
            scratch = target.with_name(f".{target.name}.{os.getpid()}")
            shutil.rmtree(scratch, ignore_errors=True)
            shutil.copytree(installation, scratch, symlinks=True)
            scratch.chmod(0o755)
            try:
                scratch.rename(target)
            except OSError:  # another process was faster
                shutil.rmtree(scratch)
        return target / directory.name

    def socket_directory(self, wanted: Path) -> Path:
        """
        A private directory of the account's own for the socket of the server with the data directory `wanted`.

        Not in the data directory: a socket's path has room for about a hundred characters. Another account's is outside,
        where only root makes directories, so that nobody can make it beforehand.

        Raises:
            NotPrivate: another account has made something in its place.
        """
        if self.user is None:
            return socket_directory(_sockets(wanted))
        return private_directory(self._outside("sockets") / _key(str(wanted.absolute())), owner=self.account)

    def _outside(self, name: str) -> Path:
        """A directory that other accounts can pass through, but in which only we make anything."""
        private_directory(self.outside, mode=0o711)
        return private_directory(self.outside / name, mode=0o711)


def _sockets(data: Path) -> Path:
    return data.with_name("sockets")


def _move(directory: Path, target: Path) -> None:
    """Move data that lay where the account could reach it before the state directory was closed."""
    try:
        directory.rename(target)
    except OSError as error:
        raise BackendError(
            f"{directory} cannot be moved to {target} ({error.strerror}); "
            f"run `ignition down`, then `mv {directory} {target}` and `ln -s {target} {directory}`, and try again"
        ) from None


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
