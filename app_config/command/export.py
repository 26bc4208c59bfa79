"""`app-config export`: the settings as text for another program."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app_config.command.choosing import Chosen, source_options
from app_config.exports import ExportFormat, as_environment, export
from app_config.loading import load
from app_config.private_files import InsideGitError, refuse_inside_git, write_private


@click.command("export")
@click.option(
    "--format",
    "format_",
    type=click.Choice([each.value for each in ExportFormat]),
    default=ExportFormat.DOTENV.value,
    show_default=True,
    help="Who is to read it.",
)
@click.option("--out", type=click.Path(path_type=Path), help="A file, made with mode 0600. [default: standard output]")
@click.option("--show", is_flag=True, help="Print secrets on a terminal.")
@source_options
def command(chosen: Chosen, format_: str, out: Path | None, show: bool) -> None:
    """
    Write the settings, secrets included, as text in a format.

    A file inside a git work tree is refused unless git ignores it.
    """
    if out is None and not show and sys.stdout.isatty():
        raise click.UsageError("this would print secrets on the screen: write a file with --out, or say --show")
    if out is not None:
        try:
            refuse_inside_git(out)
        except InsideGitError as error:
            raise click.ClickException(str(error)) from None
    text = export(as_environment(load(chosen.contract, *chosen.sources)), ExportFormat(format_))
    if out is None:
        sys.stdout.buffer.write(text.get_secret_value().encode())
        sys.stdout.buffer.flush()
        return
    try:
        write_private(out, text.get_secret_value().encode())
    except OSError as error:
        reason = error.strerror
    else:
        click.echo(f"{out} has the settings, secrets included; only you can read it.", err=True)
        return
    raise click.ClickException(f"{out} cannot be written ({reason}): choose another place")
