"""
Directories that belong to this account alone, also below a place such as `/tmp` where every account can make one beforehand.

A directory is opened once, without following a link, and everything that is asked or changed goes through that descriptor.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Final

from local_cloud.runtime.errors import BackendError, NotWritten
from local_cloud.runtime.files.private_files import write_private
from local_cloud.system_errors import explained

# sockaddr_un has room for 108 bytes on Linux and 104 on macOS, the last one a zero.
_LONGEST_SOCKET: Final = 103
# `.s.PGSQL.65535.lock` is the longest name that a part of ours gives to a socket or its lock.
_LONGEST_NAME: Final = 20
_SHARED: Final = Path("/tmp")  # noqa: S108  only a private directory with a random name is made in it
_RECORD: Final = "elsewhere"


class NotPrivate(BackendError):  # noqa: N818  says what is wrong
    """A directory is not ours alone; the message names the command that makes it so."""


def private_directory(directory: Path, *, mode: int = 0o700, owner: pwd.struct_passwd | None = None) -> Path:
    """
    Make a directory, or take over an existing one after a check.

    A directory of ours that others can read, but not write, is closed to them.

    Args:
        directory: its path; missing parents are made with mode 700.
        mode: its mode afterwards; 0o711 lets other accounts pass through to what is theirs.
        owner: the account that it belongs to afterwards, default ours. Another account needs root.

    Raises:
        NotPrivate: the path is a link or no directory, belongs to another account, or others can write to it or exchange it.
        NotWritten: it cannot be made.
    """
    directory = directory.absolute()
    for parent in reversed(directory.parents):
        if not parent.exists():
            _make(parent)
    _require_safe_parents(directory)
    made = _make(directory)
    wanted = owner.pw_uid if owner else os.geteuid()
    with _opened(directory) as descriptor:
        found = os.fstat(descriptor)
        if found.st_uid not in {wanted, os.geteuid()}:
            raise NotPrivate(foreign(directory, found, wanted))
        if not made and others_write(found):
            raise NotPrivate(_open_to_others(directory, mode))
        if owner and found.st_uid != wanted:
            os.fchown(descriptor, owner.pw_uid, owner.pw_gid)
        if made or stat.S_IMODE(found.st_mode) != mode:
            os.fchmod(descriptor, mode)
    return directory


def require_private(directory: Path) -> None:
    """
    Refuse to use an existing directory that is not ours alone; nothing is changed, and one that others can only read passes.

    Raises:
        NotPrivate: it belongs to another account, or others can write to it or exchange it.
    """
    directory = own_link_resolved(directory.absolute())
    if not os.path.lexists(directory):
        return
    _require_safe_parents(directory)
    with _opened(directory) as descriptor:
        found = os.fstat(descriptor)
    if found.st_uid != os.geteuid():
        raise NotPrivate(foreign(directory, found, os.geteuid()))
    if others_write(found):
        raise NotPrivate(_open_to_others(directory, 0o700))


def own_link_resolved(directory: Path) -> Path:
    """Where a link leads that this account or root made; everything else stays as it is."""
    trusted = {os.geteuid(), 0}
    return directory.resolve() if directory.is_symlink() and directory.lstat().st_uid in trusted else directory


def socket_directory(directory: Path) -> Path:
    """
    A private directory for the sockets of one part: this one, or one below `/tmp` where a socket's path would be too long.

    The one below `/tmp` has a random name, so nobody can make it beforehand; a file in `directory` keeps the name.
    """
    private_directory(directory)
    if len(os.fsencode(directory)) + 1 + _LONGEST_NAME <= _LONGEST_SOCKET:
        return directory
    record = directory / _RECORD
    with contextlib.suppress(OSError, NotPrivate):
        return _still_private(Path(os.fsdecode(record.read_bytes())))
    import tempfile  # noqa: PLC0415  a preview needs no sockets

    made = Path(tempfile.mkdtemp(prefix="ignition-", dir=_SHARED))
    write_private(record, os.fsencode(made))
    return made


def remove_socket_directory(directory: Path) -> None:
    """Remove what `socket_directory` made."""
    import shutil  # noqa: PLC0415  as above

    with contextlib.suppress(OSError, NotPrivate):
        shutil.rmtree(_still_private(Path(os.fsdecode((directory / _RECORD).read_bytes()))))
    shutil.rmtree(directory, ignore_errors=True)


def others_write(found: os.stat_result) -> bool:
    """Whether an account other than the owner can write; a group whose only member is the owner does not count."""
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_owners_group(found)


def _is_owners_group(found: os.stat_result) -> bool:
    try:
        owner, group = pwd.getpwuid(found.st_uid), grp.getgrgid(found.st_gid)
    except KeyError:
        return False
    return group.gr_gid == owner.pw_gid and group.gr_name == owner.pw_name and set(group.gr_mem) <= {owner.pw_name}


def _still_private(directory: Path) -> Path:
    """A directory that was made before, if it is still there."""
    directory.lstat()
    return private_directory(directory)


def _require_safe_parents(directory: Path) -> None:
    """Refuse a place where another account could put another directory under the same path."""
    # Whoever owns the root directory is the machine's administrator, also in a container that maps accounts.
    trusted = {os.geteuid(), 0, Path("/").stat().st_uid}
    for parent in sorted({*directory.parents, *(directory.parent.resolve() / directory.name).parents}):
        found = parent.lstat()
        if found.st_uid not in trusted:
            raise NotPrivate(
                f"{directory} lies in {parent}, which belongs to {_account(found.st_uid)}; choose a directory of your own"
            )
        if stat.S_ISDIR(found.st_mode) and others_write(found) and not found.st_mode & stat.S_ISVTX:
            raise NotPrivate(
                f"Other accounts can write to {parent} and so exchange {directory}; run `chmod go-w {parent}` and try again"
            )


def _make(directory: Path) -> bool:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        return False
    except OSError as error:
        raise NotWritten(explained(error, directory)) from None
    return True


@contextlib.contextmanager
def _opened(directory: Path) -> Generator[int]:
    try:
        # With O_DIRECTORY a FIFO is refused at once; without it the call would wait for a writer.
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        raise NotPrivate(_what_is_there(directory)) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def foreign(directory: Path, found: os.stat_result, wanted: int) -> str:
    """What is wrong with something that belongs to another account than `wanted`, and what to do."""
    owner = _account(wanted)
    return (
        f"{directory} belongs to {_account(found.st_uid)}, not to {owner}; use another directory, "
        f"or run `sudo chown -R {owner} {directory}` if what is in it is yours, and try again"
    )


def _open_to_others(directory: Path, mode: int) -> str:
    return (
        f"Other accounts can write to {directory}; check that what is in it is yours, "
        f"run `chmod {mode:o} {directory}` and try again"
    )


def _what_is_there(path: Path) -> str:
    found = path.lstat()
    if stat.S_ISDIR(found.st_mode):
        return foreign(path, found, os.geteuid()) if found.st_uid != os.geteuid() else _open_to_others(path, 0o700)
    what = "a link" if stat.S_ISLNK(found.st_mode) else "not a directory"
    return f"{path} is {what}; remove it with `rm {path}` and try again"


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"
