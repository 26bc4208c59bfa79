"""`ignition verify STACK`."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from app_config.local_platform import FILE, STACK, local_platform
from app_config.problems import StackError
from ignition.state import state_option
from ignition.verify.deployment import Deployment, OutputsError, local_parts, outputs_from
from ignition.verify.result import Result

_SIGNS: Final = {
    "passed": ("pass", "green"),
    "failed": ("FAIL", "red"),
    "expires soon": ("soon", "yellow"),
    "not asked": ("  - ", "cyan"),
}


@click.command()
@click.argument("stack")
@click.option(
    "--outputs",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The stack's outputs, as `pulumi stack output --json` prints them, in the place of asking its state.",
)
@click.option("--json", "as_json", is_flag=True, help="Every result as one JSON document on standard output.")
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
@state_option
def command(*, stack: str, outputs: Path | None, as_json: bool, cwd: Path, state: Path) -> None:
    """
    Prove that a deployed stack works: database, vault, bucket, sign-in, hosts, certificates and DNS.

    Uses ordinary clients and your own rights, and leaves nothing behind. `local` is verified completely. Of a stack in the clouds,
    only what answers from here is; the rest is listed as not asked, with how to ask it. What expires within 60 days is named.

    Exit code 0 when nothing failed, 1 otherwise.
    """
    from ignition.verify.checks import verify  # noqa: PLC0415  the clients take a second to import

    try:
        results = verify(_deployment(stack, outputs, cwd.absolute(), state.absolute()))
    except (StackError, OutputsError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps({"stack": stack, "results": [dataclasses.asdict(each) for each in results]}, indent=2))
    else:
        _show(results)
    sys.exit(1 if any(each.state == "failed" for each in results) else 0)


def _deployment(stack: str, outputs: Path | None, project: Path, state: Path) -> Deployment:
    if stack != STACK:
        text = outputs.read_text() if outputs else _ask(["pulumi"], stack, project, {})
        return Deployment(stack, outputs_from(text, str(outputs or f"the state of {stack}")))
    platform = local_platform(state / FILE)
    text = (
        outputs.read_text()
        if outputs
        else _ask([platform.engine], stack, platform.project, platform.engine_environment)
    )
    return Deployment(stack, outputs_from(text, str(outputs or "the local stack")), local_parts(state, platform))


def _ask(pulumi: Sequence[str], stack: str, project: Path, environment: Mapping[str, str]) -> str:
    own: dict[str, Any] = dict(os.environ)
    if environment:
        own = {name: value for name, value in own.items() if not name.startswith("PULUMI_")}
    argv = [*pulumi, "stack", "output", "--json", "--stack", stack, "--non-interactive"]
    try:
        ran = subprocess.run(
            argv, cwd=project, env=own | dict(environment), capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise OutputsError(
            "there is no `pulumi` on the PATH; save the outputs where there is one and name the file with --outputs"
        ) from None
    if ran.returncode != 0:
        said = ran.stderr.strip().splitlines() or ["no message"]
        raise OutputsError(f"the outputs of {stack} cannot be read: {said[-1]}")
    return ran.stdout


def _show(results: Sequence[Result]) -> None:
    blocker = ""
    for each in results:
        if each.blocker != blocker:
            blocker = each.blocker
            click.secho(blocker, bold=True)
        sign, colour = _SIGNS[each.state]
        click.echo(f"  {click.style(sign, fg=colour, bold=True)}  {each.what}: {each.evidence}")
        if each.next_step:
            click.echo(f"        {click.style('next:', bold=True)} {each.next_step}")
    counts = {state: sum(each.state == state for each in results) for state in _SIGNS}
    click.echo(", ".join(f"{count} {state}" for state, count in counts.items() if count))
