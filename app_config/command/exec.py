"""`app-config exec`: become a program that has its settings in the environment."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Final, NoReturn

import click
from pydantic import SecretStr

from app_config.command.choosing import Chosen, source_options
from app_config.exports import as_environment, refuse_unholdable
from app_config.loading import load
from app_config.snapshot import KEY_VARIABLE

OWN_SECRETS: Final = frozenset(
    {
        KEY_VARIABLE,
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "AZURE_PASSWORD",
        # For the engine, which reads a stack's outputs, and for where it keeps the state.
        "PULUMI_ACCESS_TOKEN",
        "PULUMI_CONFIG_PASSPHRASE",
        "AZURE_STORAGE_KEY",
        "AZURE_STORAGE_SAS_TOKEN",
    }
)
"""
Secrets that open the vault, the stack or the snapshot. A program that gets its settings has no use for them, and could read more.

The managed identity of the place where both run (`IDENTITY_HEADER`) stays: it is the program's as well.
"""


@click.command(
    "exec",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: app-config exec --stack dev -- cargo run --bin ignition-api",
)
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND [ARGUMENT]...")
@source_options
def command(chosen: Chosen, argv: tuple[str, ...]) -> None:
    """
    Load and validate the settings, and run COMMAND in the place of this process.

    COMMAND gets the settings in its environment and nowhere else: no file, no argument. It keeps this process's id, so
    signals and exit code are its own. The secrets with which the settings were read, such as AZURE_CLIENT_SECRET and
    APP_CONFIG_SNAPSHOT_KEY, are not handed on; a setting of that name is.
    """
    values = as_environment(load(chosen.contract, *chosen.sources))
    refuse_unholdable(values)
    become(argv, {**inherited(), **_unwrapped(values)})


def become(argv: tuple[str, ...], environment: Mapping[str, str]) -> NoReturn:
    """
    Run a program in the place of this process; where that fails, end as shells do: 127 for none of that name, else 126.

    Args:
        argv: the program and its arguments.
        environment: its whole environment.
    """
    # Python ignores these two, and what is ignored stays so in the next program.
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvpe(argv[0], argv, environment)  # noqa: S606  that is what the command is for
    except OSError as error:
        missing, number = isinstance(error, FileNotFoundError), error.errno
    if missing:
        click.echo(f"{argv[0]}: there is no such program on PATH: correct its name or path", err=True)
    else:
        click.echo(f"{argv[0]}: it cannot be run ({os.strerror(number or 0)}): correct its mode or path", err=True)
    # As shells do.
    raise SystemExit(127 if missing else 126)


def inherited() -> dict[str, str]:
    """This process's environment without what only it has a use for."""
    return {name: value for name, value in os.environ.items() if name not in OWN_SECRETS}


def _unwrapped(values: dict[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in values.items()}
