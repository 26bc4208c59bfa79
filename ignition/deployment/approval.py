"""
The operations of a preview, reduced to what a reviewer approved.

A digest says whether a later preview would do the same: the same operation on the same resource, with the same inputs and the same
changed properties. The order of the operations and the time they took do not count.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

_CHANGES_NOTHING = ("same", "read")


class NotAPreviewError(Exception):
    """The text is not what `pulumi preview --json` prints."""


@dataclass(frozen=True)
class Operation:
    """
    One step of a preview.

    Attributes:
        kind: `create`, `update`, `replace`, `delete` and so on, as the engine names it.
        urn: the resource.
        digest: SHA-256 over inputs and changed properties, in hexadecimal. Secrets count as `[secret]`, whatever their values.
    """

    kind: str
    urn: str
    digest: str


@dataclass(frozen=True)
class Operations:
    """What a preview would do, without the resources that stay the same."""

    steps: tuple[Operation, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over all steps, in hexadecimal."""
        return _digest([[step.kind, step.urn, step.digest] for step in self.steps])

    def counts(self) -> dict[str, int]:
        """How many steps there are of each kind."""
        return dict(sorted(Counter(step.kind for step in self.steps).items()))


def read(text: str) -> Operations:
    """
    Reads the output of `pulumi preview --json`, or of `ignition preview --json`.

    Raises:
        NotAPreviewError: it is something else, or the preview failed.
    """
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise NotAPreviewError(f"it is not JSON ({error})") from None
    preview: Mapping[str, Any] = cast("Mapping[str, Any]", document) if isinstance(document, dict) else {}
    steps: Any = preview.get("steps")
    if not isinstance(steps, list):
        raise NotAPreviewError('it has no list "steps"')
    try:
        made = [_operation(step) for step in cast("list[Mapping[str, Any]]", steps)]
    except (KeyError, TypeError, AttributeError):
        raise NotAPreviewError('a step in it lacks "op" or "urn"') from None
    diagnostics: list[Mapping[str, Any]] = preview.get("diagnostics") or []
    if preview.get("refusals") or any(each.get("severity") == "error" for each in diagnostics):
        raise NotAPreviewError("the preview failed, so its list of operations is not complete")
    changing = (each for each in made if each.kind not in _CHANGES_NOTHING)
    return Operations(tuple(sorted(changing, key=lambda each: (each.urn, each.kind))))


def differences(approved: Operations, now: Operations) -> list[str]:
    """What is in one and not in the other, one line for each operation."""
    before, after = ({(step.kind, step.urn): step for step in each.steps} for each in (approved, now))
    lines = [f"no longer: {kind} {urn}" for kind, urn in before.keys() - after.keys()]
    lines += [f"new: {kind} {urn}" for kind, urn in after.keys() - before.keys()]
    lines += [
        f"with other values: {kind} {urn}"
        for kind, urn in before.keys() & after.keys()
        if before[kind, urn].digest != after[kind, urn].digest
    ]
    return sorted(lines)


def _operation(step: Mapping[str, Any]) -> Operation:
    state: Mapping[str, Any] = step.get("newState") or step.get("oldState") or {}
    return Operation(
        str(step["op"]),
        str(step["urn"]),
        _digest([state.get("inputs"), step.get("detailedDiff"), step.get("replaceReasons")]),
    )


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
