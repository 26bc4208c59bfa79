"""`app-config diff`: how the settings of two stacks differ, without any value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from app_config.command.choosing import access_of, app_option, contract_of, vault_options
from app_config.contract import Contract, variables
from app_config.problems import Problem, SettingsError, StackError
from app_config.sources.source import Answer, Request
from app_config.sources.stack_outputs import StackOutputs
from app_config.stacks import AppOutputs


@click.command("diff")
@click.argument("a")
@click.argument("b")
@app_option
@click.option("--project", type=click.Path(path_type=Path), default=Path(), help="Directory of Pulumi.yaml.")
@click.option("--secrets", is_flag=True, help="Read the secrets of both and compare them too.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@vault_options
def command(
    *,
    a: str,
    b: str,
    app: str,
    project: Path,
    secrets: bool,
    as_json: bool,
    credential: str,
    timeout: float,
    ca_file: Path | None,
    snapshot: Path | None,
    snapshot_hours: float,
) -> None:
    """
    Compare the settings of stacks A and B by name, never showing a value.

    A and B are stacks, or files of saved outputs. Without --secrets, of a secret only its presence is compared. Ends with 0
    when nothing differs, with 1 when something does, and with 2 when one of them cannot be read.
    """
    access = access_of(credential, timeout, ca_file, snapshot, snapshot_hours)
    sides = [
        StackOutputs(file=name, access=access)
        if Path(name).is_file()
        else StackOutputs(stack=name, project=project, access=access)
        for name in (a, b)
    ]
    contract = contract_of(app)
    try:
        found = [side.read(app) for side in sides]
        answers = [_answer(side, contract) for side in sides] if secrets else [Answer(), Answer()]
    except (StackError, SettingsError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    rows = {
        name: _compare(name, found[0], found[1], answers)
        for name in dict.fromkeys([*(each.env for each in variables(contract)), *_names(found[0]), *_names(found[1])])
        if name in _names(found[0]) or name in _names(found[1])
    }
    _show(rows, a, b, as_json=as_json)
    raise SystemExit(0 if set(rows.values()) <= {"same", "in both"} else 1)


def _answer(side: StackOutputs, contract: type[Contract]) -> Answer:
    every = variables(contract)
    answer = side.answer(Request(contract=contract.__name__, app=contract.app, variables=every, wanted=every))
    missing = tuple(Problem(name, side.origin, text) for name, text in answer.absent.items())
    if answer.problems or missing:
        raise SettingsError((*answer.problems, *missing))
    return answer


def _names(outputs: AppOutputs) -> frozenset[str]:
    return frozenset({*outputs.values, *outputs.secrets})


def _compare(name: str, a: AppOutputs, b: AppOutputs, answers: list[Answer]) -> str:
    if name not in _names(b):
        return "only in A"
    if name not in _names(a):
        return "only in B"
    if (name in a.secrets) != (name in b.secrets):
        return "secret in one"
    if name in a.values:
        return "same" if a.values[name] == b.values[name] else "differs"
    given = [answer.given.get(name) for answer in answers]
    if given[0] is None or given[1] is None:
        return "in both"
    return "same" if given[0].text == given[1].text else "differs"


def _show(rows: Mapping[str, str], a: str, b: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"a": a, "b": b, "settings": rows}, indent=2))
        return
    click.echo(f"A is {a}, B is {b}.")
    width = max((len(name) for name in rows), default=0)
    for name, state in rows.items():
        click.echo(f"{name.ljust(width)}  {state}")
