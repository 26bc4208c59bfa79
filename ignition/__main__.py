"""The command line. Each command is one module, imported when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Final

import click

_COMMANDS: Final = {
    "attach": "Run any command with the pinned engine, the warm language host and the planning providers attached.",
    "up": "Bring up the whole platform on this machine: no account, no token, no container engine.",
    "preview": "Preview a stack with no credentials, no network and no state.",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f"ignition.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ignition-infrastructure")
def cli() -> None:
    """The Ignition platform: previewed with no credentials, run on a laptop with no account."""


def main() -> Any:
    """Entry point; errors that a person can mend are one message and exit code 1."""
    from ignition.failure import MENDABLE  # noqa: PLC0415  keeps `--help` and completion instant

    try:
        return cli()
    except MENDABLE as error:
        click.secho("error: ", fg="red", bold=True, nl=False, err=True)
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
