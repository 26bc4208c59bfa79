"""`ignition preview STACK`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from ignition.previews.engine_run import run
from ignition.previews.planning import Planning, planning, say
from local_cloud.plan import exported_state
from local_cloud.plan.event_log import summary
from local_cloud.plan.throwaway import Throwaway, project_name, stack_config, throwaway


@click.command()
@click.argument("stack")
@click.option("--json", "as_json", is_flag=True, help="Pulumi's JSON on standard output, for programs.")
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
def command(stack: str, *, as_json: bool, diff: bool, state: Path | None, cwd: Path) -> None:
    """
    Preview a stack with no credentials, no network and no state.

    The unmodified program is run by the real engine; whatever Azure or Cloudflare would refuse is refused here. The stack's own
    backend and secrets provider are never contacted.
    """
    started = time.monotonic()
    root = cwd.absolute()
    project = project_name(root)
    stack_config(root, stack)  # a wrong name is told before anything is started
    known = exported_state.read(state, project, stack) if state else None
    ready = planning()
    with throwaway(root, stack, ready.salt, known.resources if known else None) as place:
        code = run(
            _arguments(ready, stack, place, as_json=as_json, diff=diff), ready.environment | place.environment, root
        )
        closing = summary(place.event_log, time.monotonic() - started)
    if known and known.redacted:
        what = "1 secret is" if known.redacted == 1 else f"{known.redacted} secrets are"
        say(f"{what} not in the exported state and not compared")
    if closing:
        say(closing)
    sys.exit(code)


def _arguments(ready: Planning, stack: str, place: Throwaway, *, as_json: bool, diff: bool) -> list[str]:
    flags = [flag for flag, given in (("--json", as_json), ("--diff", diff)) if given]
    fixed = ["--config-file", str(place.config_file), "--event-log", str(place.event_log), "--suppress-progress"]
    return [str(ready.pulumi), "preview", "--stack", stack, "--non-interactive", *fixed, *flags]
