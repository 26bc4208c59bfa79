"""`ignition imports STACK`."""

from __future__ import annotations

import dataclasses
import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from ignition.previews.planning import Planning, planning
from ignition.recovery.planned import created
from ignition.recovery.sorting import UnknownNameError, sort
from ignition.recovery.told import told
from local_cloud.catalog import PACKAGES
from local_cloud.plan import exported_state
from local_cloud.plan.throwaway import Throwaway, project_name, stack_config, throwaway
from local_cloud.runtime.files.private_files import write_private

_TYPES: Final = {token: each for package in PACKAGES for token, each in package.by_token().items()}


@click.command()
@click.argument("stack")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Leave out what an exported state (`pulumi stack export`) holds already; ids that follow from it are filled in.",
)
@click.option(
    "--ids",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Ids that only the clouds know: a file of lines NAME=ID, as the printed commands write it.",
)
@click.option(
    "--kept",
    is_flag=True,
    help="Only what the clouds keep when the program gives it up: secrets. For a state that lacks nothing else.",
)
@click.option(
    "--without", multiple=True, metavar="NAME", help="Leave out a resource that does not exist; may be repeated."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the import file here.")
@click.option(
    "--json", "as_json", is_flag=True, help="Everything as one JSON document on standard output, for programs."
)
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
def command(
    *,
    stack: str,
    state: Path | None,
    ids: Path | None,
    kept: bool,
    without: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    cwd: Path,
) -> None:
    """
    Write the import file of a stack whose state is lost, or lacks some resources that exist.

    Needs no credentials and contacts nothing: ids come from the program. For the others it prints the commands that find them, and it
    says beforehand what cannot be imported and is made anew. docs/runbooks/lost-state.md has the steps.
    """
    root = cwd.absolute()
    project = project_name(root)
    stack_config(root, stack)  # report a wrong name before anything is started
    found: Mapping[str, str] = _read_ids(ids) if ids else {}
    known = exported_state.read(state, project, stack) if state else None
    ready = planning()
    with throwaway(root, stack, ready.salt, known.resources if known else None) as place:
        skeleton = _skeleton(ready, stack, place, root)
        try:
            result = sort(skeleton, created(place.event_log), _TYPES, found, without=frozenset(without), kept_only=kept)
        except UnknownNameError as error:
            raise click.ClickException(str(error)) from None
    if out is not None:
        write_private(out, _json(result.file).encode())
    if as_json:
        click.echo(_json(dataclasses.asdict(result)), nl=False)
        return
    if out is None:
        click.echo(_json(result.file), nl=False)
    click.echo(told(result, stack=stack, file=out), err=True)


def _skeleton(ready: Planning, stack: str, place: Throwaway, root: Path) -> dict[str, Any]:
    """The engine's own import file: everything that it would create, with parents and providers, and no ids."""
    file = place.event_log.with_name("import.json")
    argv = [
        *(str(ready.pulumi), "preview", "--stack", stack, "--non-interactive", "--suppress-progress"),
        *("--config-file", str(place.config_file), "--event-log", str(place.event_log), "--import-file", str(file)),
    ]
    ran = subprocess.run(
        argv,
        cwd=root,
        env=ready.environment | place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        again = f"ignition preview {shlex.quote(stack)}"
        raise click.ClickException(f"the stack cannot be previewed, so its resources are not known; `{again}` says why")
    return json.loads(file.read_text())


def _read_ids(file: Path) -> Mapping[str, str]:
    """The lines NAME=ID of a file; an id is empty where nothing was found."""
    found: dict[str, str] = {}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if not line.strip():
            continue
        name, separator, resource_id = (part.strip() for part in line.partition("="))
        if not separator or not name:
            raise click.ClickException(
                f"{file}, line {number}: {line!r} is not NAME=ID; where a command printed several ids, keep the right one"
            )
        if name in found:
            raise click.ClickException(f"{file}, line {number}: {name} has an id already; keep the right one")
        found[name] = resource_id
    return found


def _json(document: Any) -> str:
    return json.dumps(document, indent=4) + "\n"
