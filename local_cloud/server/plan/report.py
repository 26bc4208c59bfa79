"""
What a preview refuses and notes, as data: one JSON object a line, in a file that the command made before it started the engine.

The command names the file in the engine's environment; providers and language host find it there.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

REPORT_VARIABLE: Final = "IGNITION_PREVIEW_REPORT"
STRICT_VARIABLE: Final = "IGNITION_PREVIEW_STRICT"

REFUSAL: Final = "refusal"
ACCEPTED: Final = "accepted"
TYPES_ONLY: Final = "types-only"
UNKNOWN_FUNCTION: Final = "unknown-function"
POLICY: Final = "policy"
PACK: Final = "policy-pack"
JUDGED: Final = "judged"
"""The kinds of lines; a file without `judged` comes from a run whose plan no language host of ours has seen."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """
    One thing that would be refused, for programs.

    Attributes:
        rule: the rule's id.
        urn: the resource.
        token: its type.
        path: the property on the wire; empty where the rule is about no single one.
        message: what people read.
        remedy: what to write.
        source: the page or issue that the rule comes from; empty for what an SDK says.
        file, line: where the program declares the resource, relative to the project; empty and 0 where that is not known.
        other: URN of the resource that it clashes with; empty for a rule of one resource.
        other_file, other_line: where that one is declared.
        warning: shown, and not refused.
    """

    rule: str
    urn: str
    token: str
    path: str
    message: str
    remedy: str = ""
    source: str = ""
    file: str = ""
    line: int = 0
    other: str = ""
    other_file: str = ""
    other_line: int = 0
    warning: bool = False


@dataclass(frozen=True, kw_only=True)
class PolicyViolation(Refusal):
    """
    One thing that a policy speaks against; `rule` is the policy, `warning` says that it is advisory.

    Attributes:
        pack: the pack's name.
        severity: low, medium, high, critical; empty where the policy has none.
    """

    pack: str
    severity: str


class ReportFile:
    """
    The file, from the writing side; safe to use from any thread.

    Args:
        environment: the engine's; without a file named there nothing is written.
    """

    _lock: Final = threading.Lock()

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._file = environment.get(REPORT_VARIABLE)

    def refusal(self, refusal: Refusal) -> None:
        """Writes a refusal or a warning down."""
        self.add(REFUSAL, **asdict(refusal))

    def policy(self, violation: PolicyViolation) -> None:
        """Writes a violation of a policy down."""
        self.add(POLICY, **asdict(violation))

    def add(self, kind: str, **facts: Any) -> None:
        """Writes a line; a file that is gone has nobody who reads it."""
        if not self._file:
            return
        line = json.dumps({"kind": kind, **facts}).encode() + b"\n"
        try:
            with self._lock, os.fdopen(os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW), "wb") as file:
                file.write(line)
        except OSError:
            return


def read(file: Path) -> list[dict[str, Any]]:
    """The lines of a report."""
    return [json.loads(line) for line in file.read_text().splitlines() if line]
