"""
A copy of the stack's state that outlives a full disk.

Pulumi loses its state on a full disk: its library for files (gocloud.dev's `fileblob`) moves what it could write of the new state
over the old one, and what it tries next over the backup. So the state is copied before every run, durably, and put back when it
is found torn. What the lost run made stays known to the local cloud, which finds it when it is asked to make it again.
"""

from __future__ import annotations

import json
from pathlib import Path

from local_cloud.runtime.files.private_files import write_private


def keep(checkpoint: Path, copy: Path) -> None:
    """
    Copies the state before a run.

    Raises:
        NotWritten: the disk is full, so the run must not begin.
    """
    content = checkpoint.read_bytes()
    if not copy.exists() or copy.read_bytes() != content:
        write_private(copy, content)


def put_back(checkpoint: Path, copy: Path) -> bool:
    """
    Puts the copy in the place of a torn state; what was torn stays beside the copy. Returns whether it did.

    Only what ends too early counts, as a full disk leaves it. Any other damage is somebody's doing, who decides.

    Raises:
        NotWritten: the disk is full.
    """
    if not _is_torn(checkpoint) or _is_torn(copy):
        return False
    write_private(copy.with_name(f"{copy.name}.torn"), checkpoint.read_bytes())
    write_private(checkpoint, copy.read_bytes())
    return True


def _is_torn(file: Path) -> bool:
    """Whether a file holds the beginning of a JSON document and not its end; a missing one counts too."""
    if not file.exists():
        return True
    text = file.read_text(errors="replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        # Within a torn string, word or escape the error is where that begins.
        return error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()) - len(r"\u0000")
    return False
