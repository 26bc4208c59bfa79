"""Resource providers that the deployment needs and that are not registered."""

from collections.abc import Iterator

from ignition.preflight.arm import TYPES
from ignition.preflight.clouds import Clouds
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    needed = {TYPES[each.token].partition("/")[0] for each in plan.resources if each.token in TYPES}
    listed = clouds.azure_list(f"/subscriptions/{plan.subscription}/providers", "2021-04-01")
    registered = {str(each["namespace"]).lower() for each in listed if each.get("registrationState") == "Registered"}
    missing = sorted(each for each in needed if each.lower() not in registered)
    for each in missing:
        yield failed(f"{each} is not registered", f"`az provider register --wait -n {each}`")
    if not missing:
        yield passed(f"{len(needed)} registered")


CHECK = Check("resource providers", "GET /subscriptions/ID/providers", "Reader on the subscription", _run)
