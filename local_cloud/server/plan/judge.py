"""Judges the plan of a program that has ended, by the rules of every registered type, and tells the engine what is refused."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from local_cloud.language_host.host import EndedRun, RunInfo
from local_cloud.server.engine_log import EngineLog
from local_cloud.server.exceptions import AcceptedException, ExceptionsError
from local_cloud.server.package import Package
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned, Registrations
from local_cloud.server.plan.report import JUDGED, PolicyViolation, Refusal
from local_cloud.server.plan.rules import PlanRefusal, PlanRule
from local_cloud.server.plan.sessions import EngineRun, PlanSessions, accepted_message
from local_cloud.server.rules import Problem

_SUBSCRIPTION: Final = "azure-native:subscriptionId"
_SUBSCRIPTION_VARIABLE: Final = "ARM_SUBSCRIPTION_ID"


class PackError(Exception):
    """A policy pack did not run; the message says why."""


class Review(Protocol):
    """Who asks the policies of a project."""

    def violations(self, ended: EndedRun, plan: Plan, run: EngineRun, engine: EngineLog) -> Sequence[PolicyViolation]:
        """
        What they speak against and the project does not accept; the report and the engine's log have it.

        Raises:
            PackError: the pack did not run.
            ExceptionsError: the file of accepted exceptions cannot be used.
        """
        ...


class Judge:
    """
    The rules over the plan.

    Args:
        packages: whose types and rules hold.
        previews: where the providers note what they refuse of single resources.

    Attributes:
        review: asks the policies too, where there is one.
    """

    def __init__(self, packages: Sequence[Package], previews: PlanSessions | None = None) -> None:
        self.review: Review | None = None
        self.previews = previews or PlanSessions()
        self._paths = {each.name: each.path_of for each in packages if each.path_of is not None}
        self._types = {each.token: each for package in packages for each in package.types}
        self.rules: Sequence[PlanRule] = tuple(rule for each in self._types.values() for rule in each.all_plan_rules)

    def plan(self, resources: Iterable[Planned], *, subscription: str | None = None, trusting: bool = True) -> Plan:
        """The plan of some resources; `subscription` is what the default provider of azure-native is configured for."""
        return Plan(resources, self._types, path_of=self._path_of, subscription=subscription, trusting=trusting)

    def refusals(self, plan: Plan, *, subscription: str | None = None) -> list[PlanRefusal]:
        """Everything that the cloud would refuse of a plan, in the order of registration."""
        order = {each.urn: number for number, each in enumerate(plan.resources)}
        found = list(self._broken(plan))
        if found and plan.assumes:
            doubting = self.plan(plan.resources, subscription=subscription, trusting=False)
            certain = {each.key for each in self._broken(doubting)}
            found = [each if each.key in certain else _assuming(each, plan.assumes) for each in found]
        return sorted(found, key=lambda each: order[each.resource.urn])

    def _broken(self, plan: Plan) -> Iterator[PlanRefusal]:
        tokens = {each.token for each in plan.resources}
        for rule in self.rules:
            if tokens & {rule.of, *rule.also}:
                yield from rule.refusals(plan)

    def _path_of(self, resource: Planned) -> str | None:
        find = self._paths.get(resource.token.partition(":")[0])
        return find(resource.token, resource.inputs) if find is not None else None

    def begins(self, engine: str, info: RunInfo, environment: Mapping[str, str]) -> None:
        """A program of a preview starts."""
        self.previews.begin(engine, EngineRun(info.root_directory, environment))

    def refusal(self, ended: EndedRun) -> str:
        """Tells the engine's log what is refused of single resources and of the plan; returns how much that is."""
        run = self.previews.end(ended.engine) or EngineRun(ended.info.root_directory, ended.environment)
        registrations = Registrations(ended.info.project, ended.info.stack, ended.info.root_directory)
        registrations.add(ended.registrations)
        subscription = ended.info.config.get(_SUBSCRIPTION) or ended.environment.get(_SUBSCRIPTION_VARIABLE)
        plan = self.plan(registrations.planned(), subscription=subscription)
        with contextlib.closing(EngineLog(ended.engine)) as engine:
            try:
                found = _in_order(
                    plan,
                    [*_placed(run, plan), *self._of_plan(run, self.refusals(plan, subscription=subscription), engine)],
                )
                for each in found:
                    run.report.refusal(each)
                    (engine.warning if each.warning else engine.error)(each.urn, _with_position(each))
                against = self.review.violations(ended, plan, run, engine) if self.review is not None else ()
            except (ExceptionsError, PackError) as error:
                return str(error)
            _note_types_only(run, engine)
            unused = [each for each in run.unused if each.concerns(ended.info.stack)] if ended.succeeded else []
            _note_unused(unused, engine)
        run.report.add(
            JUDGED,
            root=str(ended.info.root_directory),
            resources=len(plan.resources),
            unused=[str(each) for each in unused],
        )
        return _counted(found, against)

    def _of_plan(self, run: EngineRun, found: Iterable[PlanRefusal], engine: EngineLog) -> Iterable[Refusal]:
        for each in found:
            problem = Problem(each.path, each.reason, rule=each.rule.id, remedy=each.remedy, source=each.rule.source)
            verdict = run.verdict(each.resource.urn, each.resource.token, problem, _urn(each.other))
            if verdict.reason is not None:
                yield _refusal(each, verdict.reason, warning=each.warning and not run.strict)
            elif verdict.accepted is not None:
                engine.info(each.resource.urn, accepted_message(problem, verdict.accepted))


def _assuming(found: PlanRefusal, subscriptions: Collection[str]) -> PlanRefusal:
    """A finding that holds only if the subscription that literal ids name is the program's own."""
    named = ", ".join(sorted(subscriptions))
    doubt = f"This is a warning, because nothing says that {named} is the subscription of this program: set azure-native:subscriptionId"
    return replace(found, reason=f"{found.reason}. {doubt}", assumes=frozenset(subscriptions))


def _urn(resource: Planned) -> str:
    return resource.declared_by or resource.urn


def _counted(refused: Sequence[Refusal], against: Sequence[PolicyViolation]) -> str:
    parts: list[str] = []
    if count := sum(not each.warning for each in refused):
        parts.append(f"the clouds would refuse this plan: {count} problem{'s' * (count != 1)}, each explained above")
    if count := sum(not each.warning for each in against):
        parts.append(f"mandatory policies speak against this plan: {count}, each explained above")
    return "; ".join(parts)


def _refusal(found: PlanRefusal, reason: str, *, warning: bool) -> Refusal:
    resource, other = found.resource, found.other
    return Refusal(
        rule=found.rule.id,
        urn=resource.urn,
        token=resource.token,
        path=found.path,
        message=reason,
        remedy=found.remedy,
        source=found.rule.source,
        file=resource.position.file if resource.position else "",
        line=resource.position.line if resource.position else 0,
        other=_urn(other),
        other_file=other.position.file if other.position else "",
        other_line=other.position.line if other.position else 0,
        warning=warning,
    )


def _placed(run: EngineRun, plan: Plan) -> Iterable[Refusal]:
    """The refusals of single resources, with where the program declares them."""
    for each in run.refusals:
        planned = plan.by_urn.get(each.urn)
        at = planned.position if planned is not None else None
        yield replace(each, file=at.file, line=at.line) if at is not None else each


def _in_order(plan: Plan, found: Sequence[Refusal]) -> list[Refusal]:
    order = {each.urn: number for number, each in enumerate(plan.resources)}
    return sorted(found, key=lambda each: order.get(each.urn, len(order)))


def _with_position(refusal: Refusal) -> str:
    return f"{refusal.message} [{refusal.file}:{refusal.line}]" if refusal.file else refusal.message


def _note_types_only(run: EngineRun, engine: EngineLog) -> None:
    if run.types_only:
        engine.info(
            "",
            f"checked by the SDK's types only, as no rule of these services is known here: {counted(run.types_only)}",
        )


def counted(types_only: Mapping[str, str]) -> str:
    """Types with the number of resources of each, from types by URN."""
    tokens = sorted(types_only.values())
    return ", ".join(f"{token} ({tokens.count(token)})" for token in dict.fromkeys(tokens))


def _note_unused(unused: Sequence[AcceptedException], engine: EngineLog) -> None:
    for each in unused:
        state = f"ended on {each.expires}" if each.expired else "accepted nothing in this preview"
        engine.info("", f"{each} {state}: remove it where no other stack needs it")
