"""Azure Policy that would deny a planned resource."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ignition.preflight.arm import TYPES
from ignition.preflight.clouds import Clouds, Unanswered
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed

_AT_ONCE = 8


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    """One resource of each type that has a location: policies are about types, regions and tags."""
    first = {each.token: each for each in reversed(plan.resources) if each.token in TYPES and "location" in each.inputs}
    bodies = {
        TYPES[token]: {
            "type": TYPES[token],
            "location": each.inputs["location"],
            "tags": each.inputs.get("tags", {}),
            "properties": each.inputs.get("properties", {}),
        }
        for token, each in sorted(first.items())
    }

    def ask(content: Mapping[str, Any]) -> list[str]:
        place = f"/subscriptions/{plan.subscription}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
        answer = clouds.azure(place, "2022-03-01", {"resourceDetails": {"resourceContent": content}})
        if answer.status != 200:
            raise Unanswered("Azure cannot evaluate policies for this subscription", "check the subscription")
        evaluated: list[Any] = answer.body["contentEvaluationResult"]["policyEvaluations"]
        return [str(each["policyInfo"]["policyAssignmentId"]) for each in evaluated if _denies(each)]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        denied = dict(zip(bodies, pool.map(ask, bodies.values()), strict=True))
    for kind, assignments in denied.items():
        for each in assignments:
            yield failed(f"policy {each} denies {kind}", "change the configuration, or have an exemption made")
    if not any(denied.values()):
        yield passed(f"{len(bodies)} types, none denied")


def _denies(evaluation: Mapping[str, Any]) -> bool:
    details: Any = evaluation.get("effectDetails")
    effect: Any = details["policyEffect"] if details else "Deny"
    return evaluation.get("evaluationResult") == "NonCompliant" and str(effect).lower() == "deny"


CHECK = Check(
    "Azure Policy",
    "POST .../Microsoft.PolicyInsights/checkPolicyRestrictions",
    "Microsoft.PolicyInsights/checkPolicyRestrictions/read",
    _run,
)
