"""Where this project keeps things on a machine: state and caches, by the XDG rules."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path


def state_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's state directory of this project."""
    base = environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "ignition"


def installation_key() -> str:
    """Tells two installations apart: the interpreter's prefix and where this package lies."""
    return hashlib.sha256(f"{sys.prefix}|{Path(__file__).parent}".encode()).hexdigest()[:12]
