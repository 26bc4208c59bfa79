"""Files that must never be half-written, nor readable by others for even a moment; directories are in `private_directories`."""

from __future__ import annotations

import errno
import os
import pwd
import secrets
import stat
from pathlib import Path

from local_cloud.runtime.errors import BackendError, NotWritten
from local_cloud.system_errors import explained


class NotRegular(BackendError):  # noqa: N818  says what is wrong
    """A link, a FIFO or the like is in the place of a file of ours."""


def read_regular(file: Path) -> bytes:
    """
    Read a file of which another account may have made something else: a link is not followed, and a FIFO is not waited for.

    Raises:
        NotRegular: it is not a regular file.
        OSError: it is not there, or cannot be read.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:  # a link, a socket
            raise NotRegular(_not_regular(file)) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular(_not_regular(file))
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


def write_private(file: Path, content: bytes, *, mode: int = 0o600, owner: pwd.struct_passwd | None = None) -> None:
    """
    Replace a file as a whole, durably; at no time does it have more rights than `mode`.

    What is in its place is replaced and never written to, be it a link or a FIFO.

    Args:
        file: which one.
        content: what it holds afterwards.
        mode: its mode.
        owner: the account that it belongs to; default ours.

    Raises:
        NotWritten: the disk is full, say; the file is as it was.
    """
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, mode)
                if owner is not None:
                    os.fchown(descriptor, owner.pw_uid, owner.pw_gid)
                stream.write(content)
                stream.flush()
                os.fsync(descriptor)
            scratch.replace(file)
        except OSError:
            scratch.unlink(missing_ok=True)  # it may hold a secret, and takes room that is missing
            raise
    except OSError as error:
        raise NotWritten(explained(error, file)) from error


def write_with_copy(file: Path, content: bytes) -> None:
    """As `write_private`, with a copy beside it for the day on which the file is damaged."""
    write_private(file, content)
    keep_copy(file)


def keep_copy(file: Path) -> None:
    """Copies a file to where `restoring` looks."""
    write_private(_copy_of(file), read_regular(file))


def restoring(file: Path) -> str:
    """What to type to bring a damaged file back."""
    copy = _copy_of(file)
    if copy.exists():
        return f"`cp {copy} {file}` brings back what was kept last"
    return "put it back from a backup, or start anew with `ignition reset`"


def _copy_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.copy")


def load_or_create_key(file: Path, length: int = 32) -> bytes:
    """A secret of `length` random bytes that is kept in a file, made when the file is missing."""
    try:
        return read_regular(file)
    except FileNotFoundError:
        write_private(file, secrets.token_bytes(length))
        return read_regular(file)


def _not_regular(file: Path) -> str:
    return f"{file} is a link, a FIFO or a directory, not a file of ours; find out who made it, remove it and try again"
