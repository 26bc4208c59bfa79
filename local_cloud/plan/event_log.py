"""The closing line of a preview, from the engine's own events and what was reported beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class Reported(Protocol):
    """What was reported of a preview."""

    @property
    def refusals(self) -> Sequence[Mapping[str, Any]]:
        """What was refused."""
        ...

    @property
    def warnings(self) -> Sequence[Mapping[str, Any]]:
        """What was shown and not refused."""
        ...

    @property
    def accepted(self) -> Sequence[Mapping[str, Any]]:
        """What the project accepts."""
        ...

    @property
    def unused(self) -> Sequence[str]:
        """Exceptions that accepted nothing."""
        ...

    @property
    def policies(self) -> Sequence[Mapping[str, Any]]:
        """What policies speak against."""
        ...

    @property
    def types_only(self) -> Sequence[Mapping[str, Any]]:
        """Resources that were checked by the SDK's types only."""
        ...

    @property
    def unknown_functions(self) -> Sequence[str]:
        """Functions whose results stayed unknown."""
        ...


def summary(file: Path, elapsed_s: float, reported: Reported) -> str | None:
    """
    What a preview came to, in one line; None where the engine left no events.

    Args:
        file: the event log, one JSON object a line.
        elapsed_s: how long the whole preview took, in seconds.
        reported: what was refused and noted.
    """
    if not file.is_file():
        return None
    events = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
    errors = sum(1 for each in _diagnostics(events) if each.get("severity") == "error")
    nothing: dict[str, int] = {}
    changes = next(
        (each["summaryEvent"].get("resourceChanges", {}) for each in events if "summaryEvent" in each), nothing
    )
    parts = [f"{count} to {operation}" for operation, count in sorted(changes.items()) if operation != "same"]
    parts += [f"{changes['same']} unchanged"] if changes.get("same") else []
    explained = reported.refusals or any(not each["warning"] for each in reported.policies)
    parts += [_counted(errors, "error")] if errors and not explained else []
    parts += [counts(reported)] if counts(reported) else []
    return f"{', '.join(parts) or 'nothing to do'}; {elapsed_s:.1f} s"


def counts(reported: Reported) -> str:
    """How much was refused and noted; empty where nothing was."""
    parts = [f"{len(reported.refusals)} refused"] if reported.refusals else []
    parts += [_counted(len(reported.warnings), "warning")] if reported.warnings else []
    mandatory = sum(1 for each in reported.policies if not each["warning"])
    advisory = len(reported.policies) - mandatory
    parts += [f"{mandatory} against mandatory policies"] if mandatory else []
    parts += [f"{advisory} against advisory policies"] if advisory else []
    accepted = len(reported.accepted)
    parts += [f"{_counted(accepted, 'accepted exception')} (accepted-exceptions.yaml)"] if accepted else []
    parts += [_counted(len(reported.unused), "unused exception")] if reported.unused else []
    parts += [f"{len(reported.types_only)} checked by types only"] if reported.types_only else []
    functions = len(reported.unknown_functions)
    parts += [f"{_counted(functions, 'function')} not asked"] if functions else []
    return ", ".join(parts)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _diagnostics(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each["diagnosticEvent"] for each in events if "diagnosticEvent" in each]
