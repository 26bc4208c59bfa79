"""`ignition report STACK`."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ignition.previews.planning import planning, say
from ignition.previews.reports import NOT_JUDGED
from ignition.report import rendering
from ignition.report.base import BaseState, base_state, stack_urn
from ignition.report.changes import changes
from ignition.report.model import Report, assembled
from ignition.report.previewed import Previewed, previewed
from ignition.report.repository import Repository, RevisionError
from local_cloud.plan import exported_state
from local_cloud.plan.throwaway import project_name, stack_config
from local_cloud.server.values.shapes import is_dict


@click.command()
@click.argument("stack")
@click.option(
    "--base",
    metavar="REF",
    help="Compare with what a revision of this repository declares: no credentials, no state. Its plan is kept by commit.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Compare with an exported state (`pulumi stack export`); it is only read.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The directory to write report.md and report.html to.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Refuse warnings (races that the cloud often forgives) and types that are checked by the SDK's types only.",
)
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
def command(*, stack: str, base: str | None, state: Path | None, out: Path, strict: bool, cwd: Path) -> None:
    """
    Write what a change does to a stack: Markdown for the pull request and one self-contained HTML file.

    Says in words what is lost, replaced or interrupted, then refusals, policies, warnings, settings, sizes, and every property that
    differs, secrets masked. Without --base and --state the stack is compared with nothing. Both revisions are judged by the rules of
    this installation and run with its SDKs. Exit codes are those of `ignition preview`; a refused change is reported too.
    """
    started = time.monotonic()
    if base is not None and state is not None:
        raise click.UsageError("--base and --state exclude each other")
    root = cwd.absolute()
    project = project_name(root)
    stack_config(root, stack)  # a wrong name is told before anything is started
    try:
        repository = Repository(root) if base is not None else None
        revision = repository.revision(base) if repository is not None and base is not None else None
        if repository is not None:
            repository.refuse_dirty_submodules()
        known = exported_state.read(state, project, stack) if state else None
        place = _writable(out)
        ready = planning()
        if repository is not None and revision is not None:
            before = base_state(ready, repository, revision, project, stack)
        else:
            before = BaseState(resources=known.resources if known else [])
    except RevisionError as error:
        raise click.ClickException(str(error)) from None
    ran = previewed(ready, root, stack, before.resources or None, strict=strict)
    notes = [f"Compared with {len(before.resources)} resources of the state"] if state else []
    if known and known.redacted:
        notes.append(f"{known.redacted} secrets are not in the exported state and not compared")
    if revision is not None:
        notes.append("Values of secrets are not compared; what only the clouds know is compared by what it is made of")
    if before.refused:
        notes.append(f"The base itself breaks rules of this installation: {before.refused} refusals")
    if ran.findings.judged is None:
        notes.append(NOT_JUDGED)
    name = f"revision {revision.name} ({revision.short})" if revision else state.name if state else "nothing"
    report = _report((project, stack), name, before, ran, notes)
    _write(place, {"report.md": rendering.markdown(report), "report.html": rendering.html(report)})
    say(f"{report.summary}; {time.monotonic() - started:.1f} s")
    click.echo(str(place / "report.html"))
    sys.exit(ran.code or int(strict and ran.findings.judged is None))


def _report(about: tuple[str, str], base: str, before: BaseState, ran: Previewed, notes: Sequence[str]) -> Report:
    project, stack = about
    urn = stack_urn(project, stack)
    old = before.outputs or _outputs_in(before.resources, urn)
    new: Mapping[str, Any] = ran.outputs().get(urn) or (old if ran.code else {})
    return assembled(
        project=project,
        stack=stack,
        base=base,
        found=changes(ran.steps, frozenset(before.protected)),
        document=ran.findings.document(),
        errors=ran.further_errors if ran.code else [],
        outputs=(old, new),
        notes=notes,
    )


def _outputs_in(resources: Sequence[Mapping[str, Any]], urn: str) -> Mapping[str, Any]:
    outputs = next((each.get("outputs") for each in resources if each.get("urn") == urn), None)
    return outputs if is_dict(outputs) else {}


def _writable(out: Path) -> Path:
    """The directory, made where it is not there; told before anything is started."""
    place = out.absolute()
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o755)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise click.ClickException(
            f"{out} cannot be written to ({error.strerror}); name a directory of your own with --out"
        ) from error
    return place


def _write(place: Path, files: Mapping[str, str]) -> None:
    """All of the files or none: each is written beside its name first."""
    written: dict[Path, Path] = {}
    try:
        for name, content in files.items():
            descriptor, temporary = tempfile.mkstemp(dir=place, prefix=f".{name}.")
            written[Path(temporary)] = place / name
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(content)
        for temporary, final in written.items():
            temporary.replace(final)
    except OSError as error:
        for temporary in written:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise click.ClickException(f"{place} cannot be written to ({error.strerror})") from error
