"""The rules as policies of Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pulumi_policy import (
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policy.exceptions import Accepted, Entry
from policy.rule import Resource, ResourceRule, Rule, StackRule
from policy.stages import Stage


def policies(rules: Sequence[Rule], stage: Stage, entries: Sequence[Entry]) -> list[Policy]:
    """
    Every rule as a policy, at its level in a stage.

    Args:
        rules: the rules.
        stage: of the stack under review.
        entries: what the project accepts; an entry that names no rule of these is an error.

    Raises:
        ExceptionsError: an entry names no rule.
    """
    accepted = Accepted(entries, frozenset(rule.id for rule in rules))
    found = [_policy(rule, stage, accepted) for rule in rules]
    return [*found, accepted.policy()]


def _policy(rule: Rule, stage: Stage, accepted: Accepted) -> Policy:
    common: dict[str, Any] = {
        "name": rule.id,
        "description": f"{rule.says} {rule.why}",
        "enforcement_level": rule.enforcement.at(stage),
        "severity": rule.severity,
        "remediation_steps": rule.remedy,
        "url": rule.source,
        "tags": [rule.id.partition(".")[0]],
    }
    if isinstance(rule, ResourceRule):
        return ResourceValidationPolicy(validate=_of_resource(rule, accepted), **common)
    if isinstance(rule, StackRule):
        return StackValidationPolicy(validate=_of_stack(rule, accepted), **common)
    raise TypeError(f"{rule.id} is neither a rule of a resource nor of a stack")


def _of_resource(rule: ResourceRule, accepted: Accepted) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in rule.of:
            _report(rule, ((args, clause) for clause in rule.breaches(args)), accepted, report)

    return validate


def _of_stack(rule: StackRule, accepted: Accepted) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        _report(rule, rule.breaches(args.resources), accepted, report)

    return validate


def _report(rule: Rule, breaches: Iterable[tuple[Resource, str]], accepted: Accepted, report: ReportViolation) -> None:
    for resource, clause in breaches:
        ended = accepted.verdict(rule.id, resource.urn)
        if ended is not None:
            report(f"{clause[0].upper()}{clause[1:]}{ended}. {rule.remedy} ({rule.source})", resource.urn)
