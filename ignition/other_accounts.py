"""The warning on systems that cannot say which account calls a gRPC server."""

from __future__ import annotations

import sys
from typing import Final

import click

from local_cloud.runtime.network import peers

NOT_PROTECTED: Final = (
    "not protected against other accounts: {system} does not tell who calls the language host and the providers, so every account of "
    "this machine can run programs as you through them. Use a machine that you share with nobody, or Linux."
)


def warn_of_other_accounts() -> None:
    """Warns, apart from what programs read, where gRPC answers every account of the machine."""
    if not peers.SUPPORTED:
        click.secho(f"Warning: {NOT_PROTECTED.format(system=sys.platform)}", fg="yellow", err=True)
