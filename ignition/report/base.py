"""The plan of the base revision: made by its own code, kept by its commit."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from ignition.previews.planning import Planning
from ignition.report.plan_state import resources
from ignition.report.previewed import STACK, previewed
from ignition.report.repository import Repository, Revision, RevisionError
from local_cloud.background import fingerprint
from local_cloud.engine.state_directories import installation_key, state_directory
from local_cloud.plan.throwaway import StackError, project_name, stack_config
from local_cloud.runtime.files.private_files import write_private


@dataclass(frozen=True)
class BaseState:
    """
    The state that a revision's program would leave.

    Attributes:
        resources: as a state has them; none where the revision has no such stack.
        protected: URNs of those that Pulumi would refuse to delete.
        outputs: the stack's outputs, as far as they are known.
        refused: how many refusals there are of the base itself, by the rules of this installation.
    """

    resources: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    protected: list[str] = field(default_factory=list[str])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    refused: int = 0


_KEPT: Final = 20
_SHOWN: Final = 3


def base_state(ready: Planning, repository: Repository, base: Revision, project: str, stack: str) -> BaseState:
    """
    The state that the base revision's program would leave; empty where that revision has no such stack.

    Args:
        ready: the engine, attached.
        repository: the repository of both revisions.
        base: the revision.
        project: the name of the present project; a base of another name is refused.
        stack: the stack's short name.

    Raises:
        RevisionError: the base revision is another project or cannot be previewed.
    """
    kept = _file(repository, base, stack)
    with contextlib.suppress(OSError, ValueError, TypeError):
        return BaseState(**json.loads(kept.read_text()))
    found = _previewed(ready, repository, base, project, stack)
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(kept, json.dumps(asdict(found)).encode())
    _drop_oldest(kept.parent)
    return found


def _file(repository: Repository, base: Revision, stack: str) -> Path:
    """What the plan depends on: the program, the rules, and which project of the repository."""
    key = json.dumps([base.commit, stack, str(repository.top), str(repository.project_in_it), fingerprint()])
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    return state_directory() / "plan" / installation_key() / "base-plans" / f"{name}.json"


def _previewed(ready: Planning, repository: Repository, base: Revision, project: str, stack: str) -> BaseState:
    with repository.checked_out(base) as root:
        try:
            named = project_name(root)
        except StackError:
            raise RevisionError(
                f"revision {base.name} ({base.short}) has no Pulumi.yaml in {repository.project_in_it}; name a later revision"
            ) from None
        if named != project:
            raise RevisionError(
                f"revision {base.name} ({base.short}) is project '{named}', not project '{project}'; name a revision of "
                "this project"
            )
        try:
            stack_config(root, stack)
        except StackError:
            return BaseState()
        ran = previewed(ready, root, stack)
    reasons = ran.further_errors
    if ran.code != 0 and (reasons or not ran.steps):
        more = f" (and {len(reasons) - _SHOWN} more)" if len(reasons) > _SHOWN else ""
        raise RevisionError(
            f"revision {base.name} ({base.short}) cannot be previewed, so there is nothing to compare with: "
            f"{'; '.join(reasons[:_SHOWN])}{more}. Name another revision, or give --state FILE"
        )
    outputs = ran.outputs()
    protected = [str(each["urn"]) for each in ran.steps if each.get("newState", {}).get("protect")]
    return BaseState(
        resources(ran.steps, outputs),
        protected,
        dict(outputs.get(stack_urn(project, stack), {})),
        len(ran.findings.refusals),
    )


def stack_urn(project: str, stack: str) -> str:
    """The URN of the stack itself, which has the outputs."""
    return f"urn:pulumi:{stack}::{project}::{STACK}::{project}-{stack}"


def _drop_oldest(directory: Path) -> None:
    for old in sorted(directory.glob("*.json"), key=lambda each: each.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)
