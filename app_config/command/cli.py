"""The subcommands, each in a file of its name and imported when it is called."""

from __future__ import annotations

import importlib
from typing import Final

import click

_COMMANDS: Final = ("check", "diff", "docs", "exec", "export", "put", "rotate", "types")


class _Lazy(click.Group):
    """A group that imports a subcommand when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f"app_config.command.{cmd_name}").command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ignition-infrastructure")
def cli() -> None:
    """Settings of the Ignition backend, from wherever they are: a stack, a vault, a file, the environment."""
