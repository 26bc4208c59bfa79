"""The zone: its name, status, plan, and what the token may do in it."""

from collections.abc import Iterator
from typing import Any

from ignition.preflight.clouds import Clouds, result
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed, warning

_EDITS = ("#dns_records:edit", "#zone_settings:edit", "#ssl:edit")


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    found: Any = result(clouds.cloudflare(f"/zones/{plan.zone}"))
    wanted = plan.config["ignition:zone"]
    if not found:
        yield failed(f"there is no zone {plan.zone} for this token", "correct `ignition:cloudflare.zone_id`")
        return
    if found["name"] != wanted["name"]:
        yield failed(
            f"zone {plan.zone} is {found['name']}, not {wanted['name']}", "correct `ignition:cloudflare.zone_id`"
        )
        return
    if found.get("status") != "active":
        yield failed(f"{found['name']} is {found.get('status')}", "set its name servers at the registrar")
    bought: Any = found["plan"]["legacy_id"]
    planned = wanted.get("plan", "free")
    if bought != planned:
        yield failed(
            f"{found['name']} has the plan {bought}, and the configuration says {planned}", "`ignition:zone.plan`"
        )
    lacking = [each for each in _EDITS if each not in (found.get("permissions") or _EDITS)]
    if lacking:
        yield warning(
            f"this token has no {', '.join(lacking)}; the deploying one needs it", "compare the token's permissions"
        )
    if found.get("status") == "active" and bought == planned:
        yield passed(f"{found['name']}, active, plan {bought}")


CHECK = Check("zone", "GET /zones/ID", "Zone: Read", _run)
