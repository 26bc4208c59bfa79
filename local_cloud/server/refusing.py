"""Problems are accepted by the project, collected until the end of a preview, or refused at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from local_cloud.server.plan.report import TYPES_ONLY, Refusal
from local_cloud.server.plan.sessions import TYPES_ONLY_RULE, EngineRun, PlanSessions, accepted_message
from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.resource_types.types_only import TypesOnly
from local_cloud.server.rules import Problem
from local_cloud.server.session import Session

_FOREIGN_HOST: Final = (
    "the program is run by another language host than ours: what is wrong with one resource is refused, "
    "but the rules on how resources stand together are not asked"
)

_TYPES_ONLY: Final = "checked by the SDK's types only, as no rule of this service is known here"
_REMEDY: Final = "register the type (docs/guides/add-a-resource-type.md), or accept it in accepted-exceptions.yaml"


class Refusing:
    """
    Decides over problems of single resources.

    Args:
        previews: previews under way whose program our language host runs.
    """

    def __init__(self, previews: PlanSessions) -> None:
        self._previews = previews

    def failures(
        self, session: Session, urn: str, resource_type: ResourceType, problems: Iterable[Problem]
    ) -> list[str]:
        """
        What the engine must be told at once; nothing where the preview goes on to find what else is wrong.

        Raises:
            ExceptionsError: the file of accepted exceptions cannot be used.
        """
        found = [*problems, *self._types_only(session, urn, resource_type)]
        if not found:
            return []
        run, goes_on = self._run(session)
        at_once: list[str] = []
        for each in found:
            verdict = run.verdict(urn, resource_type.token, each)
            if verdict.accepted is not None:
                session.say(accepted_message(each, verdict.accepted), urn)
            if verdict.reason is None:
                continue
            refusal = _refusal(urn, resource_type.token, each, verdict.reason)
            if goes_on:
                run.refuse(refusal)
            else:
                run.report.refusal(refusal)
                at_once.append(verdict.reason)
        return at_once

    def is_refused(self, session: Session, urn: str) -> bool:
        """Whether a resource of a preview under way was refused."""
        run = self._previews.under_way(session.log.address) if session.log is not None else None
        return run is not None and run.is_refused(urn)

    def is_under_way(self, session: Session) -> bool:
        """Whether our language host runs the program of this preview."""
        return session.log is not None and self._previews.under_way(session.log.address) is not None

    def remark_on_host(self, session: Session) -> None:
        """In a preview: says that the plan is not judged where another language host runs the program."""
        if not self.is_under_way(session):
            session.say(_FOREIGN_HOST)

    def note(self, session: Session, kind: str, **facts: str) -> None:
        """Writes a line of the preview's report."""
        self._run(session)[0].report.add(kind, **facts)

    def _types_only(self, session: Session, urn: str, resource_type: ResourceType) -> Iterable[Problem]:
        if not isinstance(resource_type, TypesOnly):
            return
        run, goes_on = self._run(session)
        if run.strict:
            yield Problem("", _TYPES_ONLY, rule=TYPES_ONLY_RULE, remedy=_REMEDY)
        elif urn not in run.types_only:
            run.types_only[urn] = resource_type.token
            run.report.add(TYPES_ONLY, urn=urn, token=resource_type.token)
            if not goes_on:
                session.say(f"{resource_type.token}: {_TYPES_ONLY}", urn)

    def _run(self, session: Session) -> tuple[EngineRun, bool]:
        under_way = self._previews.under_way(session.log.address) if session.log is not None else None
        return (under_way, True) if under_way is not None else (session.own_run, False)


def _refusal(urn: str, token: str, problem: Problem, reason: str) -> Refusal:
    message = f"{token} resource '{urn.rsplit('::', 1)[-1]}' has a problem: {reason}"
    return Refusal(
        rule=problem.rule,
        urn=urn,
        token=token,
        path=problem.path,
        message=message,
        remedy=problem.remedy,
        source=problem.source,
    )
