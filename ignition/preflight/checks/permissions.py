"""What the reader may really do: actions, not names of roles."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ignition.preflight.arm import TYPES
from ignition.preflight.clouds import Clouds
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    needed = {f"{_written(TYPES[each.token])}/write" for each in plan.resources if each.token in TYPES}
    place = f"/subscriptions/{plan.subscription}/providers/Microsoft.Authorization/permissions"
    granted = clouds.azure_list(place, "2022-04-01")
    missing = sorted(each for each in needed if not any(_allows(grant, each) for grant in granted))
    for each in missing:
        yield failed(f"you may not {each}", "grant it on the subscription; docs/guides/deploy-to-prod.md has the roles")
    if not missing:
        yield passed(f"{len(needed)} actions granted; conditions of role assignments are not in this answer")


def _written(kind: str) -> str:
    return "Microsoft.Resources/subscriptions/resourceGroups" if kind == "Microsoft.Resources/resourceGroups" else kind


def _allows(grant: Mapping[str, Any], action: str) -> bool:
    granted, taken = grant.get("actions") or (), grant.get("notActions") or ()
    return any(_matches(each, action) for each in granted) and not any(_matches(each, action) for each in taken)


def _matches(pattern: str, action: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE) is not None


CHECK = Check("permissions", "GET .../Microsoft.Authorization/permissions", "to be signed in", _run)
