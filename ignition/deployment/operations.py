"""`ignition operations PREVIEW`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from ignition.deployment.approval import NotAPreviewError, Operations, differences, read


@click.command()
@click.argument("preview", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--approved",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The preview that was approved. Where the operations differ, each difference is printed and the exit code is 1.",
)
@click.option("--json", "as_json", is_flag=True, help="Counts and digest as one JSON document on standard output.")
def command(*, preview: Path, approved: Path | None, as_json: bool) -> None:
    """
    Digest of what a preview would do, to compare with what was approved.

    PREVIEW is the output of `pulumi preview --json`; `-` reads it from standard input. A deployment that waits for a reviewer previews
    again right before `pulumi up`, and stops if the operations are no longer those that the reviewer saw:

    `ignition operations now.json --approved approved.json`

    The values of secrets are masked in a preview, so a changed secret alone does not change the digest.
    A resource that Pulumi names gets another random name in every preview, so its digest always differs: name new resources yourself.
    """
    now = _operations(preview)
    before = _operations(approved) if approved else now
    if as_json:
        click.echo(json.dumps({"digest": now.digest, "operations": now.counts(), "approved": before.digest}))
    else:
        counts = ", ".join(f"{count} to {kind}" for kind, count in now.counts().items()) or "nothing to do"
        click.echo(f"{counts}\nsha256:{now.digest}")
    if before.digest != now.digest:
        listed = "\n".join(f"  {line}" for line in differences(before, now))
        raise click.ClickException(
            f"these are not the operations that were approved:\n{listed}\n"
            "Nothing was applied. Have the new preview reviewed, then deploy again."
        )


def _operations(file: Path) -> Operations:
    text = sys.stdin.read() if str(file) == "-" else _text(file)
    try:
        return read(text)
    except NotAPreviewError as error:
        raise click.ClickException(
            f"{file} is not a preview: {error}. Write it with `pulumi preview --stack STACK --json > {file}`."
        ) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(
            f"{file} is not text. Write it with `pulumi preview --stack STACK --json`."
        ) from None
