"""
The reference page of the commands, from the commands themselves.

`python -m ignition.reference --write` writes it; a test fails when the page and the commands differ.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from app_config.command.cli import cli as app_config
from ignition.commands import cli as ignition
from local_cloud.generated_page import write_or_compare

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "commands.md"

_HEADING: Final = """# Commands

<!-- Written by `python -m ignition.reference --write` from the commands themselves; do not edit. -->

Both are in `.venv/bin` after `make setup`; `--help` says the same. `make` alone lists what `make` can do.
"""


def page() -> str:
    """The whole page as Markdown."""
    lines = [_HEADING]
    for name, group in (("ignition", ignition), ("app-config", app_config)):
        lines.extend(_group(name, group))
    return "\n".join(lines)


def _group(name: str, group: click.Group) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{_text(group.help)}\n"
    context = click.Context(group, info_name=name)
    for called in group.list_commands(context):
        command = group.get_command(context, called)
        if command is not None:
            yield from _command(command, click.Context(command, info_name=called, parent=context))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"### `{context.command_path}`\n"
    yield f"```\n{usage}\n```\n"
    yield f"{_text(command.help)}\n"
    records = [each for each in (param.get_help_record(context) for param in command.params) if each is not None]
    if told := [(option, says) for option, says in records if says]:
        yield "| Option | What it does |"
        yield "| --- | --- |"
        yield from (f"| `{_cell(option)}` | {_cell(says)} |" for option, says in told)
        yield ""
    if command.epilog:
        yield f"{_text(command.epilog)}\n"
    if isinstance(command, click.Group):
        for called in command.list_commands(context):
            below = command.get_command(context, called)
            if below is not None:
                yield from _command(below, click.Context(below, info_name=called, parent=context))


def _text(text: str | None) -> str:
    return inspect.cleandoc(text or "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(argv: list[str] | None = None) -> int:
    """Write the page, or tell whether it is what the commands say."""
    return write_or_compare(PAGE, page, module="ignition.reference", made_from="the commands", argv=argv)


if __name__ == "__main__":
    sys.exit(main())
