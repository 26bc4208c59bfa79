"""Rulesets in the phases that the stack fills: there is one for each phase and zone."""

from collections.abc import Iterator
from typing import Any

from ignition.preflight.clouds import Clouds, Unanswered, result
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    phases = {str(each.inputs["phase"]) for each in plan.of_type("cloudflare:index/ruleset:Ruleset")}
    found: list[dict[str, Any]] | None = result(clouds.cloudflare(f"/zones/{plan.zone}/rulesets"))
    if found is None:
        raise Unanswered("the token does not see the zone", "correct `ignition:cloudflare.zone_id`, or the token")
    taken = [each for each in found if each.get("kind") == "zone" and each.get("phase") in phases]
    for each in taken:
        yield failed(
            f"ruleset {each['id']} fills the phase {each['phase']}",
            f"import it as zones/{plan.zone}/{each['id']}, or delete it; if it is this stack's own, give its state with --state",
        )
    if not taken:
        yield passed(f"{len(phases)} phases are free")


CHECK = Check("rulesets of the zone", "GET /zones/ID/rulesets", "Zone: WAF, Transform Rules, Config Rules: Read", _run)
