"""Whether the region has the database's size, with its zones and high availability."""

from collections.abc import Iterator
from typing import Any

from ignition.preflight.clouds import Clouds
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    for server in plan.of_type("azure-native:dbforpostgresql:Server"):
        size, location = str(server.inputs["sku"]["name"]), str(server.inputs["location"])
        place = (
            f"/subscriptions/{plan.subscription}/providers/Microsoft.DBforPostgreSQL/locations/{location}/capabilities"
        )
        sizes = {
            str(sku.get("name")): sku
            for capability in clouds.azure_list(place, "2025-08-01")
            for edition in capability.get("supportedServerEditions", ())
            for sku in edition.get("supportedServerSkus", ())
        }
        yield _judged(
            size, location, sizes.get(size), str(server.inputs.get("highAvailability", {}).get("mode", "Disabled"))
        )


def _judged(size: str, location: str, sku: dict[str, Any] | None, mode: str) -> Said:
    if sku is None:
        return failed(
            f"{location} has no {size} for this subscription", "change `ignition:database.size` or the region"
        )
    if sku.get("status") == "Disabled":
        return failed(
            f"{size} in {location} is disabled: {sku.get('reason')}", "open a support request, or change the region"
        )
    modes: list[str] = sku.get("supportedHaMode") or []
    if mode != "Disabled" and mode not in modes:
        said = ", ".join(modes) or "none"
        return failed(
            f"{size} in {location} has no {mode} high availability (it has {said})",
            "change `ignition:database.high_availability`, the size or the region",
        )
    return passed(f"{size} in {location}, high availability {mode}")


CHECK = Check(
    "database size",
    "GET .../Microsoft.DBforPostgreSQL/locations/REGION/capabilities",
    "Reader on the subscription",
    _run,
)
