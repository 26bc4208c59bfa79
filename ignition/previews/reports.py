"""The reports that `preview` and `attach` write for people's tools, and the options that ask for them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from ignition.previews import annotations, sarif
from ignition.previews.findings import Findings
from local_cloud.plan.source_files import in_repository

NOT_JUDGED: Final = (
    "the rules on how resources stand together were not asked: another language host than ours ran the program, "
    "or it did not start"
)


@dataclass(frozen=True)
class Wanted:
    """
    What the command line asks for.

    Attributes:
        sarif: the file to write SARIF to.
        annotations: whether to print workflow commands.
        strict: whether warnings and what is checked by types only are refused.
    """

    sarif: Path | None
    annotations: bool
    strict: bool

    @property
    def something(self) -> bool:
        """Whether the command has more to do than to become the engine."""
        return self.sarif is not None or self.annotations or self.strict

    def write(self, findings: Findings, *, to_stderr: bool) -> None:
        """
        Writes the files and prints the commands.

        Args:
            findings: what the preview reported.
            to_stderr: whether standard output belongs to something else.
        """
        if self.annotations:
            for line in annotations.commands(findings):
                click.echo(line, err=to_stderr)
        if self.sarif is not None:
            document = sarif.log(findings, in_repository("Pulumi.yaml", findings.root))
            try:
                self.sarif.write_text(json.dumps(document, indent=2) + "\n")
            except OSError as error:
                raise click.ClickException(f"{self.sarif} cannot be written ({error.strerror})") from error


def report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command gets them as one argument, `wanted`."""

    @click.option(
        "--sarif",
        "sarif_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the refusals to a file as SARIF 2.1.0, for code scanning.",
    )
    @click.option(
        "--annotations",
        type=click.Choice(["github"]),
        help="Print a workflow command for each refusal, so that a pull request shows it at its line.",
    )
    @click.option(
        "--strict",
        is_flag=True,
        help="Refuse warnings (races that the cloud often forgives) and types that are checked by the SDK's types only.",
    )
    @functools.wraps(function)
    def with_reports(
        *arguments: Any, sarif_file: Path | None, annotations: str | None, strict: bool, **named: Any
    ) -> Any:
        return function(*arguments, wanted=Wanted(sarif_file, annotations is not None, strict), **named)

    return with_reports
