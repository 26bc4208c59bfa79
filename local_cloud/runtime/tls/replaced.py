"""Where an authority keeps the certificates that it had before. Without cryptography: `ignition up` looks there each time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

REPLACED: Final = "replaced"
"""The folder, below the authority's own."""


def replaced_in(directory: Path) -> Sequence[Path]:
    """The certificates (PEM) that the authority in a directory had before and somebody may still trust."""
    return sorted((directory / REPLACED).glob("*.pem"))
