"""Files that must never be half-written, nor readable by others for even a moment; directories are in `private_directories`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from local_cloud.runtime.errors import NotWritten
from local_cloud.system_errors import explained


def write_private(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """
    Replace a file as a whole, durably; at no time does it have more rights than `mode`.

    Raises:
        NotWritten: the disk is full, say; the file is as it was.
    """
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, mode)
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
    write_private(_copy_of(file), file.read_bytes())


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
        return file.read_bytes()
    except FileNotFoundError:
        write_private(file, secrets.token_bytes(length))
        return file.read_bytes()
