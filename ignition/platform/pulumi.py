"""`ignition pulumi -- ARGS`: the pinned Pulumi on the local stack, with everything attached."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from ignition.platform.running import started
from ignition.state import state_option
from local_cloud.daemon.state.stack import ensure_stack, stack_environment

_CONFIGURED: Final = frozenset({"up", "update", "preview", "pre", "refresh", "destroy", "down", "import", "watch"})
"""Subcommands that read the stack's configuration and take `--config-file`."""


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ignition pulumi -- preview --diff",
)
@state_option
@click.argument("arguments", nargs=-1, required=True, metavar="-- ARG ...", type=click.UNPROCESSED)
def command(state: Path, arguments: tuple[str, ...]) -> None:
    """Run the pinned Pulumi on the local stack: preview, refresh, destroy, import, stack output."""
    directory = state.absolute()
    address, settings = started(directory)
    config_file = ensure_stack(directory, settings)
    environment = stack_environment(directory, address, settings)
    os.chdir(settings.project)
    os.execvpe("pulumi", ["pulumi", *configured(arguments, config_file)], environment)  # noqa: S606  becoming it is the point


def configured(arguments: Sequence[str], config_file: Path) -> list[str]:
    """
    The arguments with this machine's copy of the configuration named where the subcommand reads one.

    Args:
        arguments: as given.
        config_file: the copy.
    """
    at = next((at for at, word in enumerate(arguments) if not word.startswith("-")), None)
    named = any(word == "--config-file" or word.startswith("--config-file=") for word in arguments)
    if at is None or named or arguments[at] not in _CONFIGURED:
        return list(arguments)
    return [*arguments[: at + 1], "--config-file", str(config_file), *arguments[at + 1 :]]
