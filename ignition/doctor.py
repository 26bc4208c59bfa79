"""`ignition doctor`: shows what `diagnosis` finds."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from ignition.diagnosis import Finding, diagnose
from ignition.state import unchecked_state_option

_SIGNS: Final = {"ok": ("ok  ", "green"), "note": ("note", "yellow"), "wrong": ("FAIL", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@unchecked_state_option()
def command(*, as_json: bool, state: Path) -> None:
    """
    Say what is missing or wrong on this machine, and the command that fixes it.

    Changes nothing. Exit code 1 when something keeps the local cloud from running.
    """
    findings = diagnose(state.absolute())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            _show(finding)
    sys.exit(1 if any(finding.state == "wrong" for finding in findings) else 0)


def _show(finding: Finding) -> None:
    sign, colour = _SIGNS[finding.state]
    click.echo(f"{click.style(sign, fg=colour, bold=True)}  {finding.what}: {finding.detail}")
    if finding.fix:
        click.echo(f"      {click.style('fix:', bold=True)} {finding.fix}")
