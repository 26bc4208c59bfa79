"""A local cloud with its real parts in this process, and the real engine attached to it."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local_cloud.background import Address
from local_cloud.catalog import PACKAGES
from local_cloud.daemon.assembly import assembled
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import checkpoint_file, ensure_stack, stack_environment
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.language_host import LanguageHost
from local_cloud.parts import Parts
from local_cloud.server.serve import serve

PROJECT, STACK = "trial", "local"


@dataclass(frozen=True)
class Ran:
    """A run of the engine: exit code, what it printed, and its events."""

    code: int
    output: str
    events: list[dict[str, Any]]


@dataclass(frozen=True)
class RealCloud:
    """
    The running cloud.

    Attributes:
        parts: its real parts.
        cloud: what the providers serve.
        state: its state directory.
        settings: what it was set up for.
        address: what an engine is attached to.
    """

    parts: Parts
    cloud: LocalCloud
    state: Path
    settings: Settings
    address: Address

    @property
    def project(self) -> Path:
        """Where the program lies."""
        return Path(self.settings.project)

    def write_program(self, text: str) -> None:
        """Replaces the program."""
        (self.project / "__main__.py").write_text(text)

    def run_program(self, command: str, *arguments: str) -> Ran:
        """A command that runs the program or works on its resources: up, refresh, destroy."""
        config = ensure_stack(self.state, self.settings)
        log = self.state / f"{command}-events.json"
        log.unlink(missing_ok=True)
        ran = self.engine(
            command, "--yes", "--skip-preview", "--config-file", str(config), "--event-log", str(log), *arguments
        )
        lines = log.read_text().splitlines() if log.exists() else []
        return Ran(ran.code, ran.output, [json.loads(line) for line in lines if line.strip()])

    def engine(self, *arguments: str, text_in: str | None = None) -> Ran:
        """Any command of the engine."""
        environment = stack_environment(self.state, self.address, self.settings)
        ran = subprocess.run(
            [find_pulumi(), *arguments, "--non-interactive"],
            cwd=self.project,
            env=environment | {"PULUMI_DEBUG_COMMANDS": "true"},
            text=True,
            check=False,
            input=text_in,
            stdin=None if text_in is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return Ran(ran.returncode, ran.stdout, [])


@contextlib.contextmanager
def real_cloud(
    directory: Path, *, zone: str, images: list[dict[str, Any]], config: dict[str, Any]
) -> Generator[RealCloud]:
    """
    Starts a cloud with an empty project, and ends it again.

    Args:
        directory: for project and state.
        zone: the DNS zone.
        images: the entries of its `local-images.yaml`.
        config: the stack's configuration.
    """
    project, state = directory / "project", directory / "state"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(yaml.safe_dump({"name": PROJECT, "runtime": "python"}))
    (project / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump({"config": config}))
    (project / "local-images.yaml").write_text(yaml.safe_dump({"images": images}))
    settings = Settings(stack=f"{PROJECT}/{STACK}", project=str(project), zone=zone)
    settings.save(state)
    host = LanguageHost()
    with contextlib.ExitStack() as ending:
        ending.callback(host.stop)
        port = host.start()
        parts = ending.enter_context(assembled(state, settings))
        cloud = LocalCloud(parts.records, parts, settings.stack, settings.apps, checkpoint_file(state, settings))
        served = serve(PACKAGES, cloud)
        ending.callback(served.stop)
        yield RealCloud(parts, cloud, state, settings, Address(0, port, "", {"providers": served.attachment}))
