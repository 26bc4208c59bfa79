"""
Parts that had to move to another port: noted until the engine has looked at everything again.

What the stack's state says of them (a vault's address, a secret's) is of their old port until a refresh.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.network.ports import Move

_FILE: Final = "moved-ports.json"


def note_moves(state: Path, moves: Sequence[Move]) -> None:
    """Adds to what is noted."""
    if moves:
        write_private(state / _FILE, json.dumps([*noted_moves(state), *map(str, moves)]).encode())


def noted_moves(state: Path) -> list[str]:
    """A sentence for each move that the stack's state does not know of."""
    try:
        return [str(each) for each in json.loads((state / _FILE).read_text())]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        return ["some part moved to another port"]


def forget_moves(state: Path) -> None:
    """After a refresh."""
    (state / _FILE).unlink(missing_ok=True)
