"""`app-config docs`: the reference page, `.env.example` and the contract in other languages, generated from the settings classes."""

from __future__ import annotations

from pathlib import Path

import click

from app_config.command.choosing import CONTRACTS
from app_config.command.types import GENERATORS
from app_config.reference import env_example, reference_page

REFERENCE = Path("docs/reference/settings.md")
ENV_EXAMPLE = Path(".env.example")
_ENDINGS = {"rust": "rs", "typescript": "ts", "json-schema": "schema.json"}


def generated() -> dict[Path, str]:
    """Every generated file below the project's directory, with its text."""
    types = {
        Path("docs/reference/settings") / f"{app}.{_ENDINGS[language]}": generate(contract)
        for app, contract in CONTRACTS.items()
        for language, generate in GENERATORS.items()
    }
    return {REFERENCE: reference_page(), ENV_EXAMPLE: env_example(), **types}


@click.command("docs")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="[default: here]")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 when a file is not what would be written.")
def command(root: Path, check: bool) -> None:
    """Write docs/reference/settings.md, .env.example, and the contract in other languages below docs/reference/settings."""
    stale = False
    for place, text in generated().items():
        file = root / place
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale = True
        if check:
            click.echo(f"{file} is out of date: run `app-config docs`", err=True)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        click.echo(f"{file} written.", err=True)
    raise SystemExit(1 if check and stale else 0)
