"""`ignition calibrate STACK FILE`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from ignition.calibrate.comparing import Calibration, Compared, compared
from ignition.calibrate.confirmed import append
from ignition.calibrate.recorded import RecordError, read
from local_cloud.plan.throwaway import project_name, stack_config

_LISTED = 20


@click.command()
@click.argument("stack")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--confirm",
    is_flag=True,
    help="Write down in docs/confirmed-live.yaml which types the clouds made as is said here. Only for a run that deployed.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Everything as one JSON document on standard output, for programs."
)
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
def command(*, stack: str, file: Path, confirm: bool, as_json: bool, cwd: Path) -> None:
    """
    Compare a run against the real clouds with what is said here of the same inputs.

    FILE is `pulumi stack export`, an event log (`--event-log`), or the engine's JSON of a preview or an update, succeeded or failed. Its
    inputs are replayed through the checks, plans and rules of this installation, with neither credentials nor network. Lists what was
    refused there and not here, refused here and not there, and outputs that differ. Secrets are taken out when the file is read. Ends
    with 1 where the two disagree.
    """
    root = cwd.absolute()
    project = project_name(root)
    config = stack_config(root, stack)["config"]
    try:
        record = read(file, project, stack)
        if confirm:
            _refuse_to_confirm(
                deployed=record.deployed, form=record.form, local=bool(config.get("ignition:attached_providers_only"))
            )
        found = compared(record)
        if confirm and found.confirmed:
            append(found.confirmed, stack, dt.datetime.now(dt.UTC).date())
    except RecordError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(record.told(json.dumps(_document(found), indent=2)))
    else:
        click.echo(record.told("\n".join(_told(found, confirmed=confirm))))
    sys.exit(int(bool(found.refused_there or found.refused_here or found.different)))


def _refuse_to_confirm(*, deployed: bool, form: str, local: bool) -> None:
    if local:
        raise RecordError(
            "a stack of the local cloud confirms nothing: its resources were never made by the real clouds"
        )
    if not deployed:
        raise RecordError(
            f"the file is {form} and deployed nothing, so it confirms nothing; give `pulumi stack export` or the event log of an update"
        )


def _told(found: Calibration, *, confirmed: bool) -> Iterator[str]:
    record = found.record
    unregistered = sorted({each.seen.token for each in found.resources if not each.registered})
    yield f"{len(found.resources)} resources, from {record.form}{'' if record.deployed else '; nothing was deployed'}."
    yield from _section("Refused there and not here", found.refused_there, _there)
    yield from _section("Refused here and not there", found.refused_here, _here)
    yield from _section("Refused by both", found.refused_by_both, _both)
    yield from _section("Outputs that differ", found.different, _outputs)
    if record.further:
        yield "\nErrors of no single resource:"
        yield from (f"- {_line(each)}" for each in record.further)
    only_there = sum(len(each.only_there) for each in found.resources)
    if only_there:
        yield f"\n{only_there} outputs were known only after the deployment."
    if unregistered:
        yield f"\nNot registered here, so not compared: {', '.join(unregistered)}."
    if not (found.refused_there or found.refused_here or found.different):
        yield "\nBoth say the same."
    if confirmed:
        types = len(found.confirmed)
        yield (
            f"\n{types} types confirmed. Next: python -m local_cloud.reference --write"
            if types
            else "\nNo type is confirmed."
        )


def _section(title: str, resources: Sequence[Compared], lines: Callable[[Compared], list[str]]) -> Iterator[str]:
    if not resources:
        return
    yield f"\n{title} ({len(resources)}):"
    for each in resources:
        yield f"- {each.seen.name} ({each.seen.token})"
        told = list(lines(each))
        yield from (f"    {line}" for line in told[:_LISTED])
        if len(told) > _LISTED:
            yield f"    and {len(told) - _LISTED} more; --json has all"


def _there(each: Compared) -> list[str]:
    return [f"there: {_line(text) or 'failed, with no reason in the record'}" for text in each.seen.failures]


def _here(each: Compared) -> list[str]:
    return [f"here: {broken.rule}: {_line(broken.message)}" for broken in each.here]


def _both(each: Compared) -> list[str]:
    return [*_there(each), *_here(each)]


def _outputs(each: Compared) -> list[str]:
    return [f"{one.path}: here {one.here}, there {one.there}" for one in each.differences]


def _line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _document(found: Calibration) -> dict[str, Any]:
    return {
        "record": found.record.form,
        "deployed": found.record.deployed,
        "resources": [
            {
                "urn": each.seen.urn,
                "type": each.seen.token,
                "registered": each.registered,
                "agrees": each.agrees,
                "refusedThere": list(each.seen.failures),
                "refusedHere": [{"rule": one.rule, "path": one.path, "message": one.message} for one in each.here],
                "outputsThatDiffer": [
                    {"path": one.path, "here": one.here, "there": one.there} for one in each.differences
                ],
                "outputsKnownOnlyThere": list(each.only_there),
            }
            for each in found.resources
        ],
        "errorsOfNoResource": list(found.record.further),
        "confirmed": dict(found.confirmed),
    }
