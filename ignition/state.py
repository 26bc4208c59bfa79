"""Which local cloud a command is about: its state directory, by option or by environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from local_cloud.daemon.state.settings import FILE
from local_cloud.engine.state_directories import state_directory
from local_cloud.runtime.files.private_trees import require_private_tree

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


def _checked(_context: click.Context, _option: click.Parameter, state: Path) -> Path:
    """What is read from a directory that others can write to could be theirs: the address of a server, say."""
    require_private_tree(state)
    return state


def state_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--state-dir`: which local cloud; its own directory for each, ours alone."""
    return unchecked_state_option(callback=_checked)(function)


def unchecked_state_option(
    callback: Callable[[click.Context, click.Parameter, Path], Path] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As `state_option`, also for a directory that others can write to: for a command that says so itself."""
    return click.option(
        "--state-dir",
        "state",
        type=click.Path(path_type=Path, file_okay=False),
        default=default_state,
        help=f"Where this local cloud keeps everything (default: ${VARIABLE}, or a directory below the user's state directory).",
        callback=callback,
    )
