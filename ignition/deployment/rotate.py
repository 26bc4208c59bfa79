"""`ignition rotate STACK SECTION`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click

from ignition.deployment.rotation import SECTIONS, next_step
from local_cloud.plan.throwaway import project_name, stack_config
from local_cloud.yaml_file import read_yaml


@click.command(epilog="Example: ignition rotate prod database")
@click.argument("stack")
@click.argument("section", type=click.Choice(SECTIONS))
@click.option("--json", "as_json", is_flag=True, help="Key and value as one JSON document on standard output.")
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The project's directory, with Pulumi.yaml in it.",
)
def command(*, stack: str, section: str, as_json: bool, cwd: Path) -> None:
    """
    Print the next step of a rotation: the one change of the configuration that comes before the next `pulumi up`.

    A rotation takes three deployments: renew the idle credential, switch to it, retire the former one. The numbers in
    `Pulumi.STACK.yaml` tell which comes next. It changes nothing.
    """
    root = cwd.absolute()
    project = project_name(root)
    stack_config(root, stack)  # names the stacks that exist where there is none of this name
    document: dict[str, Any] = read_yaml(root / f"Pulumi.{stack}.yaml") or {}
    sections: dict[str, dict[str, Any]] = document.get("config") or {}
    rotation: Any = sections.get(f"{project}:{section}", {}).get("rotation") or {}
    active, numbers = _slots(cast("dict[str, Any]", rotation)) if isinstance(rotation, dict) else ("", {})
    if active not in numbers:
        raise click.ClickException(
            f"{project}:{section}.rotation in Pulumi.{stack}.yaml is {rotation!r}; it needs `active: a` or `b`, and whole numbers "
            "for `a` and `b`"
        )
    step = next_step(section, active, numbers)
    if as_json:
        click.echo(json.dumps(asdict(step)))
    else:
        click.echo(f"{step.kind}: {step.why}\n\n  {step.command(stack)}\n  pulumi up --stack {stack}")


def _slots(rotation: dict[str, Any]) -> tuple[str, dict[str, int]]:
    """The active slot and each one's number; no numbers where they cannot be read."""
    try:
        return str(rotation.get("active", "a")), {slot: int(rotation.get(slot, 1)) for slot in ("a", "b")}
    except (TypeError, ValueError):
        return "", {}
