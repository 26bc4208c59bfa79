"""
Runs of engines, as far as refusals go: what was refused, what the project accepts, and what the command asked for.

A preview whose program our own language host runs goes on after a refusal, so that everything that is wrong is shown in one run: the
language host fails the run at its end. Without our host the engine has to stop at the refusal.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from local_cloud.server import exceptions
from local_cloud.server.exceptions import AcceptedBreach, AcceptedException, AcceptedValue, AcceptedViolation
from local_cloud.server.plan.report import ACCEPTED, STRICT_VARIABLE, Refusal, ReportFile
from local_cloud.server.rules import ListedValueProblem, Problem

TYPES_ONLY_RULE: Final = "types-only"


@dataclass(frozen=True)
class Verdict:
    """
    What becomes of a problem.

    Attributes:
        reason: what people read; None where the project accepts it.
        accepted: the entry that accepts it.
    """

    reason: str | None
    accepted: AcceptedException | None = None


class EngineRun:
    """
    One engine's run; safe to use from any thread.

    Args:
        root: the project's directory; None where the system cannot tell.
        environment: the engine's.
    """

    def __init__(self, root: Path | None, environment: Mapping[str, str]) -> None:
        self.root = root
        self.strict = environment.get(STRICT_VARIABLE) == "1"
        self.report = ReportFile(environment)
        self.refusals: list[Refusal] = []
        self.types_only: dict[str, str] = {}
        self._refused: set[str] = set()
        self._used: set[AcceptedException] = set()
        self._lock = threading.Lock()

    @cached_property
    def exceptions(self) -> Sequence[AcceptedException]:
        """
        What the project accepts.

        Raises:
            ExceptionsError: its file cannot be used.
        """
        return exceptions.load(self.root) if self.root is not None else ()

    @property
    def unused(self) -> list[AcceptedException]:
        """Entries that accepted nothing in this run."""
        return [each for each in self.exceptions if each not in self._used]

    def verdict(self, urn: str, token: str, problem: Problem, other: str = "") -> Verdict:
        """
        Whether the project accepts a problem of a resource.

        Args:
            urn: the resource.
            token: its type.
            problem: what is wrong with it.
            other: URN of the resource that it clashes with.

        Raises:
            ExceptionsError: the file of accepted exceptions cannot be used.
        """
        entry = next((each for each in self.exceptions if _accepts(each, urn, token, problem, other)), None)
        if entry is None:
            return Verdict(problem.reason + (_ADVICE if isinstance(problem, ListedValueProblem) else ""))
        return self._by(entry, problem.rule, urn, problem.reason)

    def policy_verdict(self, policy: str, urn: str, reason: str) -> Verdict:
        """
        Whether the project accepts what a policy speaks against.

        Args:
            policy: its id.
            urn: the resource; empty for the whole stack.
            reason: what people read.

        Raises:
            ExceptionsError: the file of accepted exceptions cannot be used.
        """
        listed = (each for each in self.exceptions if isinstance(each, AcceptedViolation))
        entry = next((each for each in listed if each.accepts(policy, [urn])), None)
        return Verdict(reason) if entry is None else self._by(entry, policy, urn, reason)

    def _by(self, entry: AcceptedException, rule: str, urn: str, reason: str) -> Verdict:
        with self._lock:
            self._used.add(entry)
        if entry.expired:
            return Verdict(f"{reason}; its exception in {exceptions.FILE_NAME} ended on {entry.expires}")
        self.report.add(
            ACCEPTED, rule=rule, urn=urn, entry=entry.number, reason=entry.reason, expires=str(entry.expires)
        )
        return Verdict(None, entry)

    def refuse(self, refusal: Refusal) -> None:
        """Keeps a refusal for the end of the run; the engine may check a resource more than once."""
        with self._lock:
            self._refused.add(refusal.urn)
            if refusal not in self.refusals:
                self.refusals.append(refusal)

    def is_refused(self, urn: str) -> bool:
        """Whether a resource was refused."""
        return urn in self._refused


_ADVICE: Final = f"; where the service takes it all the same, an entry in {exceptions.FILE_NAME} accepts it"


def _accepts(entry: AcceptedException, urn: str, token: str, problem: Problem, other: str) -> bool:
    if isinstance(entry, AcceptedViolation):
        return False
    if isinstance(entry, AcceptedBreach):
        return entry.accepts(problem.rule, [each for each in (urn, other) if each])
    return (
        isinstance(entry, AcceptedValue)
        and isinstance(problem, ListedValueProblem)
        and entry.accepts(token, problem.path, problem.value)
    )


def accepted_message(problem: Problem, entry: AcceptedException) -> str:
    """What people read of a problem that the project accepts."""
    return f"accepted exception: {problem.reason}; {entry.reason} (until {entry.expires})"


class PlanSessions:
    """Previews under way whose program our own language host runs, by the address of the engine's log; safe for any thread."""

    def __init__(self) -> None:
        self._runs: dict[str, EngineRun] = {}
        self._lock = threading.Lock()

    def begin(self, engine: str, run: EngineRun) -> None:
        """A program of a preview starts."""
        with self._lock:
            self._runs[engine] = run

    def end(self, engine: str) -> EngineRun | None:
        """The program has ended."""
        with self._lock:
            return self._runs.pop(engine, None)

    def under_way(self, engine: str) -> EngineRun | None:
        """The run of such a preview; None where there is none, so that a refusal must be told at once."""
        with self._lock:
            return self._runs.get(engine)
