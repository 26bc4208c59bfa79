"""What `preview` and `attach` share: the engine, and the environment that attaches it to the plan daemon."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from ignition.other_accounts import warn_of_other_accounts
from local_cloud.engine.attachment import attached
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.plan.background import plan_daemon

_LOGS_KEPT: Final = 20


@dataclass(frozen=True)
class Planning:
    """An engine, attached."""

    pulumi: Path
    environment: dict[str, str]
    salt: str


def planning() -> Planning:
    """Finds the engine and the plan daemon, making them ready first where they are not."""
    pulumi = find_pulumi(progress=say)
    warn_of_other_accounts()
    background = plan_daemon()
    daemon = background.ensure(say)
    home = background.directory / "pulumi-home"
    _forget_old_logs(home / "logs")
    environment = attached(
        os.environ,
        pulumi=pulumi,
        providers=daemon.facts["providers"],
        language_port=daemon.port,
        home=home,
    )
    return Planning(pulumi, environment, daemon.facts["salt"])


def _forget_old_logs(logs: Path) -> None:
    """The engine writes a log a run and never removes one; their names begin with the time."""
    if logs.is_dir():
        for old in sorted(logs.iterdir())[:-_LOGS_KEPT]:
            old.unlink(missing_ok=True)


def say(message: str) -> None:
    """A line of progress, apart from what programs read."""
    click.secho(message, dim=True, err=True)
