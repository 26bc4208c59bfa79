"""What `preview` and `attach` share: the engine, and the environment that attaches it to the plan daemon."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click

from ignition.other_accounts import warn_of_other_accounts
from local_cloud.engine.attachment import attached, keep_no_logs
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.plan.background import plan_daemon


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
    keep_no_logs(home)
    environment = attached(
        os.environ,
        pulumi=pulumi,
        providers=daemon.facts["providers"],
        language_port=daemon.port,
        home=home,
    )
    return Planning(pulumi, environment, daemon.facts["salt"])


def say(message: str) -> None:
    """A line of progress, apart from what programs read."""
    click.secho(message, dim=True, err=True)
