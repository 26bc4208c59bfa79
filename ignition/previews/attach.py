"""`ignition attach -- COMMAND`."""

from __future__ import annotations

import os

import click

from ignition.previews.planning import planning


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ignition attach -- pulumi preview --stack dev",
)
@click.argument("argv", nargs=-1, required=True, metavar="-- COMMAND [ARG ...]", type=click.UNPROCESSED)
def command(argv: tuple[str, ...]) -> None:
    """
    Run a command with the pinned engine, the warm language host and the planning providers attached.

    Works in any directory with any Pulumi Python program, as far as its resource types are registered. Nothing can be deployed: the
    providers answer previews and refuse the rest.
    """
    environment = planning().environment
    try:
        os.execvpe(argv[0], list(argv), environment)  # noqa: S606  becoming the command is the point
    except FileNotFoundError as error:
        raise click.ClickException(f"there is no command '{argv[0]}' on PATH") from error
