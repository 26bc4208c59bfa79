"""What an engine asks to run; told to whoever wants to know before the program starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """One run of a program.

    Attributes:
        project: the project's name.
        stack: the stack's name.
        root_directory: where Pulumi.yaml lies.
        program_directory: where the program lies; the root joined with `main`.
        preview: whether nothing is to be made.
        pid: the engine's process, where the operating system tells.
    """

    project: str
    stack: str
    root_directory: Path
    program_directory: Path
    preview: bool
    pid: int | None
