"""The closing line of a preview, from the engine's own events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ACCEPTED = "accepted exception:"


def summary(file: Path, elapsed_s: float) -> str | None:
    """
    What a preview came to, in one line; None where the engine left no events.

    Args:
        file: the event log, one JSON object a line.
        elapsed_s: how long the whole preview took, in seconds.
    """
    if not file.is_file():
        return None
    events = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
    errors = sum(1 for each in _diagnostics(events) if each.get("severity") == "error")
    accepted = sum(1 for each in _diagnostics(events) if ACCEPTED in each.get("message", ""))
    nothing: dict[str, int] = {}
    changes = next(
        (each["summaryEvent"].get("resourceChanges", {}) for each in events if "summaryEvent" in each), nothing
    )
    parts = [f"{count} to {operation}" for operation, count in sorted(changes.items()) if operation != "same"]
    parts += [f"{changes['same']} unchanged"] if changes.get("same") else []
    parts += [_counted(errors, "error")] if errors else []
    parts += [f"{_counted(accepted, 'accepted exception')} (accepted-exceptions.yaml)"] if accepted else []
    return f"{', '.join(parts) or 'nothing to do'}; {elapsed_s:.1f} s"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _diagnostics(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each["diagnosticEvent"] for each in events if "diagnosticEvent" in each]
