"""The option that names a state directory, the same for every command of the local cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from local_cloud.engine.state_directories import STATE_VARIABLE, state_directory


def default_state() -> Path:
    """The local cloud's own directory below the user's state directory."""
    return state_directory() / "local"


def state_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--state-dir`: which local cloud; its own directory for each."""
    return click.option(
        "--state-dir",
        "state",
        type=click.Path(path_type=Path, file_okay=False),
        default=default_state,
        help=f"Where this local cloud keeps everything (default: below ${STATE_VARIABLE} or the user's state directory).",
    )(function)
