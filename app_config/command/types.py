"""`app-config types`: the contract in another language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import click

from app_config.command.choosing import app_option, contract_of
from app_config.contract import Contract
from app_config.languages.json_schema import json_schema
from app_config.languages.rust import rust_module
from app_config.languages.typescript import typescript_module

GENERATORS: Final[Mapping[str, Callable[[type[Contract]], str]]] = {
    "rust": rust_module,
    "typescript": typescript_module,
    "json-schema": json_schema,
}
"""The text of a contract, by language."""


@click.command("types", epilog="Example: app-config types --language rust --out src/settings.rs")
@app_option
@click.option("--language", type=click.Choice(list(GENERATORS)), required=True, help="Which language.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file. [default: standard output]")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 when the file is not what would be written.")
def command(*, app: str, language: str, out: Path | None, check: bool) -> None:
    """
    Write the settings of an app as typed code, or as a JSON Schema (2020-12).

    The code reads the environment, reports every variable that is missing or wrong at once, and never prints a secret. Types, required
    variables, defaults, secrecy, allowed values, lengths and patterns are the contract's; checks that are Python functions are named
    in comments and not made. A renamed variable is a renamed field, so a program that uses it does not compile.
    """
    text = GENERATORS[language](contract_of(app))
    if out is None:
        if check:
            raise click.UsageError("--check compares a file: name it with --out")
        sys.stdout.write(text)
        return
    if out.is_file() and out.read_text(encoding="utf-8") == text:
        return
    if check:
        click.echo(
            f"{out} is out of date: run `app-config types --language {language} --app {app} --out {out}`", err=True
        )
        raise SystemExit(1)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        problem = f"{out} cannot be written ({error.strerror}): choose another place"
    else:
        click.echo(f"{out} written.", err=True)
        return
    raise click.ClickException(problem)
