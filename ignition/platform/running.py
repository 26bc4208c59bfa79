"""The local cloud that a command speaks to, or the sentence that says why there is none."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ignition.other_accounts import warn_of_other_accounts
from local_cloud.background import Address
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.control.client import Client, connect
from local_cloud.daemon.state.settings import FILE, Settings


def running(state: Path) -> Client:
    """
    The running daemon of a state directory.

    Raises:
        click.ClickException: nothing runs.
    """
    client = connect(state.absolute())
    if client is None:
        raise click.ClickException(f"no local cloud runs in {state}; start it with `ignition up`")
    return client


def settings_of(state: Path) -> Settings:
    """
    What a state directory was set up for.

    Raises:
        click.ClickException: it was not, or that cannot be read.
    """
    file = state.absolute() / FILE
    try:
        return Settings.load(state.absolute())
    except FileNotFoundError:
        raise click.ClickException(f"there is no local cloud in {state} yet; create it with `ignition up`") from None
    except (json.JSONDecodeError, TypeError) as error:
        raise click.ClickException(
            f"{file} is damaged ({error}); delete it and run `ignition up`, which writes it again"
        ) from None


def started(state: Path) -> tuple[Address, Settings]:
    """
    The daemon of a state directory that was set up before, started first where it does not run.

    Raises:
        click.ClickException: it was never set up.
        BackgroundError: it does not start.
    """
    from ignition.previews.planning import say  # noqa: PLC0415  the other commands do without an engine

    settings = settings_of(state)
    warn_of_other_accounts()
    return local_daemon(state.absolute()).ensure(say), settings
