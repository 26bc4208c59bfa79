"""`app-config check`: are the settings complete and right, and where does each come from?"""

from __future__ import annotations

import json

import click

from app_config.command.choosing import Chosen, source_options
from app_config.contract import Contract, as_text, variables
from app_config.loading import Resolution, resolve


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@source_options
def command(chosen: Chosen, as_json: bool) -> None:
    """
    Validate the settings and show where each comes from, secrets masked.

    Ends with 0 when they can be used and with 1 when they cannot.
    """
    resolution = resolve(chosen.contract, *chosen.sources)
    rows = _rows(chosen, resolution)
    if as_json:
        found = [
            {"variable": each.variable, "source": each.source, "problem": each.text} for each in resolution.problems
        ]
        keys = ("variable", "state", "source", "value")
        settings = [dict(zip(keys, row, strict=True)) for row in rows]
        click.echo(json.dumps({"ok": not found, "settings": settings, "problems": found}, indent=2, ensure_ascii=False))
    else:
        _table([("VARIABLE", "STATE", "SOURCE", "VALUE"), *rows])
        for problem in resolution.problems:
            click.echo(f"  {problem}", err=True)
        count = len(resolution.problems)
        click.echo(f"{count} problem{'s' if count != 1 else ''}." if count else "The settings can be used.", err=True)
    raise SystemExit(1 if resolution.problems else 0)


def _rows(chosen: Chosen, resolution: Resolution[Contract]) -> list[tuple[str, str, str, str]]:
    wrong = {problem.variable for problem in resolution.problems}
    rows: list[tuple[str, str, str, str]] = []
    for variable in variables(chosen.contract):
        given = resolution.texts.get(variable.env)
        if given is not None:
            # A wrong value may be a secret that was put under a wrong name.
            hidden = variable.secret or variable.env in wrong
            value = "********" if hidden else given.text.get_secret_value()
            rows.append((variable.env, "wrong" if variable.env in wrong else "set", given.origin, value))
        elif variable.required:
            rows.append((variable.env, "missing", "", ""))
        else:
            rows.append((variable.env, "default", "", as_text(variable.default)))
    return rows


def _table(rows: list[tuple[str, str, str, str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)]
        click.echo("  ".join([*cells, row[3]]).rstrip())
