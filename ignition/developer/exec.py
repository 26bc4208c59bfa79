"""`ignition exec APP -- COMMAND`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from app_config.command.choosing import CONTRACTS
from app_config.command.exec import become, inherited
from app_config.exports import as_environment, refuse_unholdable
from app_config.loading import load
from app_config.local_platform import FILE, STACK, STATE_VARIABLE, LocalApp, LocalPlatform, local_platform
from app_config.problems import SettingsError, StackError
from app_config.sources.stack_outputs import StackOutputs
from app_config.vault.access import VaultAccess
from app_config.vault.local_identity import LocalIdentity
from ignition.state import state_option

_OF_AN_IDENTITY: Final = frozenset({"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET"})


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
    words = _command_of(argv)
    try:
        platform = local_platform(state.absolute() / FILE)
        environment = _environment(app, platform, state)
    except (StackError, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    if umask is not None:
        os.umask(umask)  # what the command makes is the user's
    become(words, environment)


def _command_of(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command without the `--` before it."""
    words = argv[1:] if argv[0] == "--" else argv
    if not words:
        raise click.UsageError("there is no command after --: write ignition exec APP -- COMMAND")
    if words is argv and argv[0].startswith("-"):
        raise click.UsageError(f"{argv[0]}: options of `ignition exec` stand before APP, and the command after --")
    return words


def _environment(app: str, platform: LocalPlatform, state: Path) -> Mapping[str, str]:
    known = platform.apps.get(app)
    if known is None:
        raise StackError(f"the local platform has no app {app} yet. `ignition up` makes it")
    # For the engine below, and for commands of ours that COMMAND runs.
    os.environ[STATE_VARIABLE] = str(state.absolute())
    source = StackOutputs(stack=STACK, app=app, access=_access(platform, known))
    values = as_environment(load(CONTRACTS[app], source))
    refuse_unholdable(values)
    kept = {name: value for name, value in inherited().items() if name not in _OF_AN_IDENTITY}
    settings = {name: value.get_secret_value() for name, value in values.items()}
    return {**kept, **platform.authority_environment, **known.variables, **known.environment, **settings}


def _access(platform: LocalPlatform, app: LocalApp) -> VaultAccess:
    """As the app's own secrets are read; an app without secrets reads none."""
    return VaultAccess(credential=LocalIdentity(app.identity or platform.identity), ca_file=platform.ca_file)
