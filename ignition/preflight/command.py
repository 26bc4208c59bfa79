"""`ignition preflight STACK`."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ignition.preflight.clouds import Clouds
from ignition.preflight.result import Result

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_SIGN_IN_S: Final = 10.0
_SIGNS: Final = {
    "passed": ("pass", "green"),
    "failed": ("FAIL", "red"),
    "warning": ("warn", "yellow"),
    "not asked": ("  - ", "cyan"),
}


@click.command()
@click.argument("stack")
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="An exported state (`pulumi stack export`): what is in it exists already and is not asked about.",
)
@click.option("--json", "as_json", is_flag=True, help="Every result as one JSON document on standard output.")
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
def command(*, stack: str, state: Path | None, as_json: bool, cwd: Path) -> None:
    """
    Ask the live clouds, before a deployment, whether they would take it. Reads only.

    What would be created comes from a preview. Azure is asked with your own sign-in (`az login`), Cloudflare with
    CLOUDFLARE_API_TOKEN. What you may not ask, or what does not answer, is listed as not asked: that is not a pass.

    Needs the extra `live`. Exit code 0 when nothing failed, 1 otherwise.
    """
    missing = [name for name in ("azure.mgmt.core", "cloudflare") if not _is_installed(name)]
    if missing:
        raise click.ClickException("the clouds' SDKs are not installed: `pip install 'ignition-infrastructure[live]'`")
    from ignition.preflight.plan import plan  # noqa: PLC0415  `--help` does without the engine
    from ignition.preflight.table import preflight  # noqa: PLC0415

    planned = plan(cwd.absolute(), stack, state)
    clouds = Clouds(_credential(), os.environ.get("CLOUDFLARE_API_TOKEN") or None)
    try:
        results = preflight(planned, clouds)
    finally:
        clouds.close()
    if as_json:
        click.echo(json.dumps({"stack": stack, "results": [dataclasses.asdict(each) for each in results]}, indent=2))
    else:
        _show(results)
    sys.exit(1 if any(each.state == "failed" for each in results) else 0)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _credential() -> TokenCredential | None:
    from app_config.vault.credentials import Credential, CredentialChoiceError, make  # noqa: PLC0415  slow to import

    try:
        return make(Credential.AUTO, time_limit_s=_SIGN_IN_S)
    except CredentialChoiceError:
        return None


def _show(results: Sequence[Result]) -> None:
    for each in results:
        sign, colour = _SIGNS[each.state]
        click.echo(f"{click.style(sign, fg=colour, bold=True)}  {each.check}: {each.detail}")
        if each.next_step:
            click.echo(f"      asked: {each.asks}")
            click.echo(f"      {click.style('next:', bold=True)} {each.next_step}")
    counts = {state: sum(each.state == state for each in results) for state in _SIGNS}
    click.echo(", ".join(f"{count} {state}" for state, count in counts.items() if count))
