"""What is kept of a server beside its data: JSON in the state directory, no secrets."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import restoring, write_with_copy


@dataclass
class Record:
    """
    One server's record.

    Attributes:
        version: major version.
        login: the administrator.
        overrides: parameters that were set, with the values that were asked for.
        databases: databases that were asked for, with their collation.
        stopped: stopped on purpose, and to stay so.
        allow_list: which version of the function that obeys azure.extensions is in its databases; 1 was not written down.
    """

    version: str
    login: str
    overrides: dict[str, str] = field(default_factory=dict[str, str])
    databases: dict[str, str] = field(default_factory=dict[str, str])
    stopped: bool = False
    allow_list: int = 1

    def save(self, file: Path) -> None:
        """Write it in one step."""
        write_with_copy(file, json.dumps(asdict(self), indent=2).encode())

    @classmethod
    def load(cls, file: Path) -> Record | None:
        """Read it; None when there is none."""
        try:
            return cls(**json.loads(file.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise BackendError(f"{file} is damaged ({error}); {restoring(file)}") from None
