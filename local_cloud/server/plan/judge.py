"""Judges the plan of a program that has ended, by the rules of every registered type, and tells the engine what it refuses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from local_cloud.language_host.host import EndedRun
from local_cloud.server.engine_log import EngineLog
from local_cloud.server.package import Package
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned, Registrations
from local_cloud.server.plan.rules import PlanRefusal, PlanRule
from local_cloud.server.plan.sessions import PlanSessions


class Judge:
    """
    The rules over the plan.

    Args:
        packages: whose types and rules hold.
        previews: where the providers note what they refuse of single resources.
    """

    def __init__(self, packages: Sequence[Package], previews: PlanSessions | None = None) -> None:
        self.previews = previews or PlanSessions()
        self._types = {each.token: each for package in packages for each in package.types}
        self.rules: Sequence[PlanRule] = tuple(rule for each in self._types.values() for rule in each.all_plan_rules)

    def plan(self, resources: Iterable[Planned]) -> Plan:
        """The plan of some resources."""
        return Plan(resources, self._types)

    def refusals(self, plan: Plan) -> list[PlanRefusal]:
        """Everything that the cloud would refuse of a plan, in the order of registration."""
        order = {each.urn: number for number, each in enumerate(plan.resources)}
        tokens = {each.token for each in plan.resources}
        found = [refusal for rule in self.rules if tokens & {rule.of, *rule.also} for refusal in rule.refusals(plan)]
        return sorted(found, key=lambda each: order[each.resource.urn])

    def begins(self, engine: str) -> None:
        """A program of a preview starts."""
        self.previews.begin(engine)

    def refusal(self, ended: EndedRun) -> str:
        """Tells the engine's log what is refused of the plan; returns how much is, of single resources and of the plan."""
        of_resources = self.previews.end(ended.engine)
        registrations = Registrations(ended.info.project, ended.info.stack)
        registrations.add(ended.registrations)
        found = self.refusals(self.plan(registrations.planned()))
        with contextlib.closing(EngineLog(ended.engine)) as log:
            for each in found:
                tell = log.warning if each.rule.warning else log.error
                tell(each.resource.urn, f"{each.reason}{_at(each.resource)}")
        count = len(of_resources) + sum(not each.rule.warning for each in found)
        return (
            f"the clouds would refuse this plan: {count} problem{'s' * (count != 1)}, each told above" if count else ""
        )


def _at(resource: Planned) -> str:
    return f" [{resource.position}]" if resource.position else ""
