"""The settings that a state directory was set up with, stored in it for every command and the daemon."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "settings.json"


@dataclass(frozen=True)
class Settings:
    """
    The choices of a state directory.

    Attributes:
        stack: `PROJECT/STACK`, the one it serves.
        project: the project's directory.
        zone: the DNS zone, `ecent.online`.
        apps: what the platform calls the apps, by the names that people use.
        ports: ports that must be these, by name; the others are chosen once and kept.
        backups_mb: how large the backups of each database server may grow; 0 is none.
        overrides: what the stack's configuration gets on this machine: section, then key.
    """

    stack: str
    project: str
    zone: str
    apps: dict[str, str] = field(default_factory=dict[str, str])
    ports: dict[str, int] = field(default_factory=dict[str, int])
    backups_mb: int = 0
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @property
    def of_daemon(self) -> str:
        """Tells apart what a daemon is started for; the overrides are the program's."""
        told = {name: value for name, value in asdict(self).items() if name != "overrides"}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    @classmethod
    def load(cls, state: Path) -> Settings:
        """The settings of a state directory."""
        return cls(**json.loads((state / FILE).read_text()))

    def save(self, state: Path) -> None:
        """Keeps them."""
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = state / f"{FILE}.new"
        temporary.write_text(json.dumps(asdict(self), indent=2))
        temporary.replace(state / FILE)
