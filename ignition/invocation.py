"""How the commands of this installation are typed from here: they need not be on the PATH."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def typed(arguments: str) -> str:
    """
    A command of ours as it can be typed, or pasted, in the current directory.

    Args:
        arguments: what follows the program's name: `open console`.
    """
    own = Path(sys.executable).parent / "ignition"
    found = shutil.which("ignition")
    if not own.exists() or (found is not None and Path(found).resolve() == own.resolve()):
        return f"ignition {arguments}"
    here = Path.cwd()
    return f"{own.relative_to(here) if own.is_relative_to(here) else own} {arguments}"
