"""Names that all of Azure shares: taken by others, or kept by what was deleted."""

from collections.abc import Iterator

from ignition.preflight.clouds import Clouds, Unanswered
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed

_KINDS = (
    ("azure-native:keyvault:Vault", "vaultName", "Microsoft.KeyVault", "vaults", "2023-07-01"),
    (
        "azure-native:containerregistry:Registry",
        "registryName",
        "Microsoft.ContainerRegistry",
        "registries",
        "2023-07-01",
    ),
    ("azure-native:dbforpostgresql:Server", "serverName", "Microsoft.DBforPostgreSQL", "flexibleServers", "2025-08-01"),
)


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    for token, key, namespace, kind, version in _KINDS:
        for each in plan.of_type(token):
            name = str(each.inputs[key])
            if kind == "vaults" and (deleted := _deleted(plan, clouds, name, str(each.inputs["location"]), version)):
                yield deleted
                continue
            answer = clouds.azure(
                f"/subscriptions/{plan.subscription}/providers/{namespace}/checkNameAvailability",
                version,
                {"name": name, "type": f"{namespace}/{kind}"},
            )
            if answer.status != 200:
                raise Unanswered(f"Azure cannot check names of {namespace}", "register the resource provider")
            if answer.body.get("nameAvailable") is True:
                yield passed(f"{name} is free")
            else:
                reason = answer.body.get("message") or answer.body.get("reason") or f"status {answer.status}"
                yield failed(
                    f"{name} is not free: {reason}",
                    "if it is this stack's own, give its exported state with --state; else change the project's or stack's name",
                )


def _deleted(plan: Plan, clouds: Clouds, name: str, location: str, version: str) -> Said | None:
    place = f"/subscriptions/{plan.subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}"
    found = clouds.azure(place, version)
    if found.status != 200:
        return None
    until = found.body.get("properties", {}).get("scheduledPurgeDate", "an unknown day")
    return failed(f"vault {name} was deleted and is kept until {until}", "docs/runbooks/vault-name-taken.md")


CHECK = Check(
    "global names",
    "POST .../checkNameAvailability, GET .../deletedVaults/NAME",
    "Reader on the subscription, and Microsoft.KeyVault/locations/deletedVaults/read",
    _run,
)
