"""The environment of an app on the local platform, for commands of its developer: settings, secrets, identity and trust."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from app_config.command.choosing import CONTRACTS
from app_config.command.exec import inherited
from app_config.exports import as_environment, refuse_unholdable
from app_config.loading import load
from app_config.local_platform import FILE, STACK, STATE_VARIABLE, local_platform
from app_config.problems import StackError
from app_config.sources.stack_outputs import StackOutputs
from app_config.vault.access import VaultAccess
from app_config.vault.local_identity import LocalIdentity

OF_AN_IDENTITY: Final = frozenset({"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET"})


def environment_of(app: str, state: Path) -> dict[str, str]:
    """
    This process's environment with everything that an app's own processes get, and without the secrets that only we need.

    Args:
        app: by the name that people use.
        state: the state directory of the running platform.

    Raises:
        StackError: it does not run, or does not have the app yet.
        SettingsError: settings are missing or wrong, or a secret may not be read.
    """
    platform = local_platform(state.absolute() / FILE)
    known = platform.apps.get(app)
    if known is None:
        raise StackError(f"the local platform has no app {app} yet. `ignition up` makes it")
    # For the engine below, and for commands of ours that the command runs.
    os.environ[STATE_VARIABLE] = str(state.absolute())
    # As the app's own secrets are read; an app without secrets reads none.
    access = VaultAccess(credential=LocalIdentity(known.identity or platform.identity), ca_file=platform.ca_file)
    values = as_environment(load(CONTRACTS[app], StackOutputs(stack=STACK, app=app, access=access)))
    refuse_unholdable(values)
    kept = {name: value for name, value in inherited().items() if name not in OF_AN_IDENTITY}
    settings = {name: value.get_secret_value() for name, value in values.items()}
    return {**kept, **platform.authority_environment, **known.variables, **known.environment, **settings}


def words_of(argv: tuple[str, ...], command: str) -> tuple[str, ...]:
    """
    A command without the `--` before it.

    Args:
        argv: what was typed.
        command: how ours is written, for messages: `ignition exec APP`.

    Raises:
        click.UsageError: there is none.
    """
    import click  # noqa: PLC0415  only to refuse

    words = argv[1:] if argv[0] == "--" else argv
    if not words:
        raise click.UsageError(f"there is no command after --: write {command} -- COMMAND")
    if words is argv and argv[0].startswith("-"):
        raise click.UsageError(f"{argv[0]}: options stand before the command: write {command} -- COMMAND")
    return words
