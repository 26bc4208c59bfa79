"""One preview as data: the engine's steps and events, and what our providers reported."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ignition.previews.engine_run import run
from ignition.previews.findings import Findings, reporting
from ignition.previews.planning import Planning
from local_cloud.plan.throwaway import throwaway
from local_cloud.server.values.shapes import is_dict, is_list

STACK: Final = "pulumi:pulumi:Stack"
_MARKUP: Final = re.compile(r"<\{%.*?%\}>")


@dataclass(frozen=True)
class Previewed:
    """
    What a preview came to.

    Attributes:
        code: the engine's exit code.
        steps: as the engine's JSON has them.
        events: as the engine's event log has them.
        errors: what the engine or the program said went wrong, refusals among it.
        findings: refusals, warnings and the like.
    """

    code: int
    steps: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    errors: Sequence[str]
    findings: Findings

    @property
    def further_errors(self) -> Sequence[str]:
        """The errors that no refusal explains."""
        told: list[Mapping[str, Any]] = [*self.findings.refusals, *self.findings.warnings]
        told += self.findings.document().get("policies") or ()
        return [
            text
            for each in self.errors
            if (text := _MARKUP.sub("", each).strip())
            and not any(str(one["message"]) in text for one in told)
            and "explained above" not in text
        ]

    def outputs(self) -> dict[str, Mapping[str, Any]]:
        """By URN, what the preview knows of each resource's outputs; the stack's own among them."""
        found: dict[str, Mapping[str, Any]] = {}
        for event in self.events:
            metadata = _part(_part(event, "resOutputsEvent"), "metadata")
            new = _part(metadata, "new")
            if new:
                found[str(new["urn"])] = _part(new, "outputs")
        return found


def previewed(
    ready: Planning,
    project: Path,
    stack: str,
    resources: list[dict[str, Any]] | None = None,
    *,
    strict: bool = False,
) -> Previewed:
    """
    Previews a stack, with the modules that lie in the project's own directory, whatever this installation has.

    Args:
        ready: the engine, attached.
        project: the project's directory.
        stack: the stack's short name.
        resources: of the state to compare with; None for a preview from nothing.
        strict: whether warnings and what is checked by types only are refused.
    """
    with throwaway(project, stack, ready.salt, resources) as place, reporting(strict=strict) as report:
        argv = [
            *(
                str(ready.pulumi),
                "preview",
                "--stack",
                stack,
                "--non-interactive",
                "--suppress-progress",
                "--json",
                "--show-sames",
            ),
            *("--config-file", str(place.config_file), "--event-log", str(place.event_log)),
        ]
        environment = ready.environment | place.environment | report.environment
        environment["PYTHONPATH"] = os.pathsep.join([str(project), *filter(None, [environment.get("PYTHONPATH")])])
        with place.captured.open("wb") as captured:
            code = run(argv, environment, project, stdout=captured.fileno())
        document = _document(place.captured.read_text())
        events = _lines(place.event_log)
        return Previewed(
            code, _listed(document, "steps"), events, list(_errors(document, events)), report.findings(project)
        )


def _document(printed: str) -> Mapping[str, Any]:
    try:
        document = json.loads(printed)
    except ValueError:
        return {"diagnostics": [{"message": printed, "severity": "error"}]} if printed.strip() else {}
    return document if is_dict(document) else {}


def _lines(file: Path) -> list[Mapping[str, Any]]:
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text().splitlines() if line.strip()]


def _errors(document: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Without what a refusal says already, once each."""
    said: dict[str, None] = {}
    diagnostics = [_part(each, "diagnosticEvent") for each in events if "diagnosticEvent" in each]
    diagnostics = diagnostics or [dict(each) for each in _listed(document, "diagnostics")]
    for each in diagnostics:
        if each.get("severity") == "error":
            said[_short(str(each.get("message", "")).strip())] = None
    yield from (each for each in said if each)


def _short(message: str) -> str:
    """Without the middle of a traceback: what failed, and how."""
    lines = message.splitlines()
    return f"{lines[0]} {lines[-1]}" if any(each.startswith("Traceback (") for each in lines) else message


def _listed(of: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = of.get(name)
    return [each for each in value if is_dict(each)] if is_list(value) else []


def _part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    return value if is_dict(value) else {}
