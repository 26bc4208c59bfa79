"""`ignition exec APP -- COMMAND`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app_config.command.choosing import CONTRACTS
from app_config.command.exec import become
from app_config.problems import SettingsError, StackError
from ignition.developer.app_environment import environment_of, words_of
from ignition.state import state_option


@click.command(
    "exec",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ignition exec api -- cargo test",
)
@click.argument("app", type=click.Choice(sorted(CONTRACTS)))
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARGUMENT]...")
@state_option
@click.pass_obj
def command(umask: int | None, app: str, argv: tuple[str, ...], *, state: Path) -> None:
    """
    Run COMMAND in the place of this process, with the settings and secrets of APP on the running local platform.

    The secrets are read with the identity that APP's own secrets are read with, so a missing role is missing here too. COMMAND gets what
    APP's processes get: the settings, the variables by which clients trust this machine's authority, and an identity where the stack
    lets APP have one. It keeps the terminal, the directory and this process's id, so signals and exit code are its own. An address to
    listen on is 127.0.0.1 here.
    """
    words = words_of(argv, "ignition exec [OPTIONS] APP")
    try:
        environment = environment_of(app, state)
    except (StackError, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    if umask is not None:
        os.umask(umask)  # what the command makes is the user's
    become(words, environment)
