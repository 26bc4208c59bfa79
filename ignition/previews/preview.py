"""`ignition preview STACK`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from ignition.previews.engine_run import run
from ignition.previews.findings import Findings, reporting
from ignition.previews.planning import Planning, planning, say
from ignition.previews.reports import NOT_JUDGED, Wanted, report_options
from local_cloud.engine.attachment import short_lived
from local_cloud.plan import exported_state
from local_cloud.plan.event_log import summary
from local_cloud.plan.throwaway import Throwaway, project_name, stack_config, throwaway


@click.command()
@click.argument("stack")
@click.option(
    "--json", "as_json", is_flag=True, help="Pulumi's JSON with the refusals in it on standard output, for programs."
)
@click.option("--diff", is_flag=True, help="Show every property, not only a line a resource.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Compare with an exported state (`pulumi stack export`) instead of previewing from nothing; it is only read.",
)
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
@report_options
def command(stack: str, *, as_json: bool, diff: bool, state: Path | None, cwd: Path, wanted: Wanted) -> None:
    """
    Preview a stack with no credentials, no network and no state.

    The real engine runs the unmodified program. What breaks a rule of Azure or Cloudflare that is registered here is refused, in one
    resource or between several, with all refusals in one run. Types of the installed SDKs that are not registered are checked by the
    SDK's types only; the closing line counts them. What only the clouds know (names that others hold, soft-deleted names, quotas,
    policies, permissions) no offline preview can promise: docs/reference/what-previews-cannot-know.md lists it. The stack's own
    backend and secrets provider are never contacted.
    """
    started = time.monotonic()
    root = cwd.absolute()
    project = project_name(root)
    stack_config(root, stack)  # report a wrong name before anything is started
    known = exported_state.read(state, project, stack) if state else None
    ready = planning()
    resources = known.resources if known else None
    with throwaway(root, stack, ready.salt, resources) as place, reporting(strict=wanted.strict) as report:
        argv = _arguments(ready, stack, place, as_json=as_json, diff=diff)
        environment = short_lived(ready.environment | place.environment | report.environment)
        if as_json:
            with place.captured.open("wb") as captured:
                code = run(argv, environment, root, stdout=captured.fileno())
        else:
            code = run(argv, environment, root)
        found = report.findings(root)
        closing = summary(place.event_log, time.monotonic() - started, found)
        if as_json:
            click.echo(_with_findings(place.captured.read_text(), found))
    wanted.write(found, to_stderr=as_json)
    if known and known.redacted:
        what = "1 secret is" if known.redacted == 1 else f"{known.redacted} secrets are"
        say(f"{what} not in the exported state and not compared")
    if found.judged is None and (code == 0 or found.refusals):
        say(NOT_JUDGED)
        code = code or int(wanted.strict)
    if closing:
        say(closing)
    sys.exit(code)


def _arguments(ready: Planning, stack: str, place: Throwaway, *, as_json: bool, diff: bool) -> list[str]:
    flags = [flag for flag, given in (("--json", as_json), ("--diff", diff)) if given]
    fixed = ["--config-file", str(place.config_file), "--event-log", str(place.event_log), "--suppress-progress"]
    return [str(ready.pulumi), "preview", "--stack", stack, "--non-interactive", *fixed, *flags]


def _with_findings(printed: str, found: Findings) -> str:
    """The engine's document with what was refused in it; what it prints where it did not come to a document stands as it is."""
    try:
        document: Any = json.loads(printed)
    except ValueError:
        document = {"diagnostics": [{"message": printed, "severity": "error"}]}
    return json.dumps({**document, **found.document()}, indent=2)
