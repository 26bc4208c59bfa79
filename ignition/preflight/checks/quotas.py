"""Quotas of the region that have nothing left."""

from collections.abc import Iterator

from ignition.preflight.clouds import Clouds
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed

_KINDS = (
    (
        "azure-native:dbforpostgresql:Server",
        "Microsoft.DBforPostgreSQL",
        "resourceType/flexibleServers/usages",
        "2025-08-01",
    ),
    ("azure-native:app:ManagedEnvironment", "Microsoft.App", "usages", "2024-03-01"),
)


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    for token, namespace, path, version in _KINDS:
        for location in sorted({str(each.inputs["location"]) for each in plan.of_type(token)}):
            place = f"/subscriptions/{plan.subscription}/providers/{namespace}/locations/{location}/{path}"
            usages = clouds.azure_list(place, version)
            full = [each for each in usages if each.get("limit", 0) >= 0 and each["currentValue"] >= each["limit"]]
            for each in full:
                yield failed(
                    f"{namespace} in {location}: {each['name']['value']} is used up, {each['currentValue']} of {each['limit']}",
                    "ask for more in the Azure portal (Quotas), if the deployment needs it",
                )
            if not full:
                yield passed(f"{namespace} in {location}: {len(usages)} quotas with room")


CHECK = Check("quotas", "GET .../locations/REGION/usages", "Reader on the subscription", _run)
