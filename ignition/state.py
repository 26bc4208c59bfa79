"""Which local cloud a command is about: its state directory, by option or by environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from local_cloud.daemon.settings import FILE
from local_cloud.engine.state_directories import state_directory

VARIABLE: Final = "IGNITION_STATE_DIR"


def default_state(environ: Mapping[str, str] = os.environ) -> Path:
    """`IGNITION_STATE_DIR`, or this project's own directory below the user's state directory."""
    chosen = environ.get(VARIABLE)
    if not chosen:
        return state_directory(environ) / "local"
    directory = Path(chosen).absolute()
    # Before 0.1 the variable named the parent directory. A local cloud that was set up that way stays where it is.
    older = directory / "local"
    return older if (older / FILE).exists() and not (directory / FILE).exists() else directory


def state_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--state-dir`: which local cloud; its own directory for each."""
    return click.option(
        "--state-dir",
        "state",
        type=click.Path(path_type=Path, file_okay=False),
        default=default_state,
        help=f"Where this local cloud keeps everything (default: ${VARIABLE}, or a directory below the user's state directory).",
    )(function)
