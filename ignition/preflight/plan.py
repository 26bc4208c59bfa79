"""What would be created, from a preview of the stack, and what the checks need to know of it."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from ignition.previews.planning import planning
from ignition.recovery.planned import Created, created
from local_cloud.plan import exported_state
from local_cloud.plan.throwaway import project_name, stack_config, throwaway
from local_cloud.server.values.shapes import is_dict, is_list

_PLACEHOLDER: Final = re.compile(r"0{8}-(0{4}-){3}0{12}|0{32}|0-placeholder\..*|.*@sha256:0{64}")


@dataclass(frozen=True)
class Plan:
    """
    A planned deployment.

    Attributes:
        config: the stack's configuration, as in its file.
        resources: what would be created, with the inputs that are known.
    """

    config: Mapping[str, Any]
    resources: Sequence[Created]

    def of_type(self, token: str) -> list[Created]:
        """The resources of a type."""
        return [each for each in self.resources if each.token == token]

    @property
    def subscription(self) -> str:
        """The subscription's id."""
        return str(self.config["ignition:azure"]["subscription_id"])

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return str(self.config["ignition:azure"]["tenant_id"])

    @property
    def zone(self) -> str:
        """The zone's id."""
        return str(self.config["ignition:cloudflare"]["zone_id"])

    @property
    def account(self) -> str:
        """The account's id at Cloudflare."""
        return str(self.config["ignition:cloudflare"]["account_id"])

    def placeholders(self) -> list[tuple[str, str]]:
        """Keys that hold a placeholder, with the placeholder."""
        return [(path, value) for path, value in _walk(self.config, "") if _PLACEHOLDER.fullmatch(value)]


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if is_dict(value):
        for name, each in value.items():
            yield from _walk(each, f"{path}.{name}" if path else str(name))
    elif is_list(value):
        for number, each in enumerate(value):
            yield from _walk(each, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


def plan(root: Path, stack: str, state: Path | None) -> Plan:
    """
    Previews the stack, with no credentials.

    Args:
        root: the project's directory.
        stack: its name.
        state: an exported state; what is in it exists, and is not asked about.

    Raises:
        click.ClickException: the preview fails.
    """
    config = stack_config(root, stack)["config"]
    known = exported_state.read(state, project_name(root), stack) if state else None
    ready = planning()
    with throwaway(root, stack, ready.salt, known.resources if known else None) as place:
        argv = [
            *(str(ready.pulumi), "preview", "--stack", stack, "--non-interactive", "--suppress-progress"),
            *("--config-file", str(place.config_file), "--event-log", str(place.event_log)),
        ]
        environment = ready.environment | place.environment
        ran = subprocess.run(argv, cwd=root, env=environment, capture_output=True, check=False)
        if ran.returncode != 0:
            again = f"ignition preview {shlex.quote(stack)}"
            raise click.ClickException(f"the stack cannot be previewed, so nothing was asked; `{again}` says why")
        return Plan(config, list(created(place.event_log)))
