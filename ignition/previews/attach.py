"""`ignition attach -- COMMAND`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from ignition.previews.engine_run import run
from ignition.previews.findings import reporting
from ignition.previews.planning import planning, say
from ignition.previews.reports import NOT_JUDGED, Wanted, report_options
from local_cloud.plan.event_log import counts


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ignition attach -- pulumi preview --stack dev",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="The refusals as JSON on standard output; the command's own goes to standard error.",
)
@report_options
@click.argument("argv", nargs=-1, required=True, metavar="-- COMMAND [ARG ...]", type=click.UNPROCESSED)
@click.pass_obj
def command(umask: int | None, argv: tuple[str, ...], *, as_json: bool, wanted: Wanted) -> None:
    """
    Run a command with the pinned engine, the warm language host and the planning providers attached.

    Works in any directory with any Pulumi program. Nothing can be deployed: the providers answer previews and refuse the rest. Every
    type of the installed SDKs can be previewed: what is registered here is checked by its rules, the rest by the SDK's types. The
    rules on how resources stand together need a Python program, which our own language host runs.
    """
    environment = planning().environment
    if umask is not None:
        os.umask(umask)  # what the command makes is the user's
    if not as_json and not wanted.something:
        _become(argv, environment)
    with reporting(strict=wanted.strict) as report:
        try:
            code = run(argv, environment | report.environment, Path(), stdout=sys.stderr.fileno() if as_json else None)
        except FileNotFoundError as error:
            raise _no_such_command(argv[0]) from error
        found = report.findings(_project())
    wanted.write(found, to_stderr=as_json)
    if as_json:
        click.echo(json.dumps(found.document(), indent=2))
    if closing := counts(found):
        say(closing)
    if found.judged is None and (code == 0 or found.refusals):
        say(NOT_JUDGED)
        code = code or int(wanted.strict)
    sys.exit(code)


def _become(argv: tuple[str, ...], environment: Mapping[str, str]) -> None:
    try:
        os.execvpe(argv[0], list(argv), environment)  # noqa: S606  becoming the command is the point
    except FileNotFoundError as error:
        raise _no_such_command(argv[0]) from error


def _no_such_command(name: str) -> click.ClickException:
    return click.ClickException(f"there is no command '{name}' on PATH")


def _project() -> Path:
    """The nearest directory above with a project in it; a report that names another one goes before."""
    here = Path.cwd()
    return next((each for each in (here, *here.parents) if (each / "Pulumi.yaml").is_file()), here)
