"""
A Pulumi project in a directory, run by the real engine with real providers and a real language host attached.

The backend is a directory of its own, so nothing of the user's is touched.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from local_cloud.engine.attachment import attached
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.plan.throwaway import Throwaway, throwaway


@dataclass(frozen=True)
class Result:
    """What a preview came to: exit code, what it printed, and the engine's events."""

    code: int
    output: str
    events: list[dict]

    @property
    def errors(self) -> list[str]:
        """The messages of error diagnostics."""
        return self.messages("error")

    def messages(self, *severities: str) -> list[str]:
        """The messages of some severities."""
        found = [each["diagnosticEvent"] for each in self.events if "diagnosticEvent" in each]
        return [each["message"] for each in found if each["severity"] in severities]

    @property
    def outputs(self) -> dict:
        """The stack's outputs."""
        for each in reversed(self.events):
            metadata = (each.get("resOutputsEvent") or {}).get("metadata") or {}
            if metadata.get("type") == "pulumi:pulumi:Stack":
                return metadata["new"].get("outputs", {})
        return {}


@dataclass(frozen=True)
class Attached:
    """Running providers and a running language host."""

    providers: str
    language_port: int
    salt: str
    home: Path

    def preview(self, project: Path, stack: str, *flags: str, **environment: str) -> Result:
        """Previews a stack from nothing."""
        with throwaway(project, stack, self.salt) as place:
            with self.popen(project, stack, place, *flags, **environment) as process:
                output, _ = process.communicate()
            lines = place.event_log.read_text().splitlines() if place.event_log.exists() else []
        return Result(process.returncode, output, [json.loads(line) for line in lines if line.strip()])

    def popen(
        self, project: Path, stack: str, place: Throwaway, *flags: str, **environment: str
    ) -> subprocess.Popen[str]:
        """Starts a preview."""
        pulumi = find_pulumi()
        base = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")} | environment
        env = attached(base, pulumi=pulumi, providers=self.providers, language_port=self.language_port, home=self.home)
        fixed = ["--config-file", str(place.config_file), "--event-log", str(place.event_log)]
        return subprocess.Popen(
            [pulumi, "preview", "--stack", stack, "--non-interactive", *fixed, *flags],
            cwd=project,
            env=env | place.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def write_project(directory: Path, program: str, config: dict | None = None, **options: object) -> Path:
    """A project of one program with a stack `dev`."""
    directory.mkdir(parents=True, exist_ok=True)
    runtime = {"name": "python", "options": options} if options else "python"
    (directory / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "trial", "runtime": runtime}))
    (directory / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config or {}}))
    (directory / "__main__.py").write_text(program)
    return directory
