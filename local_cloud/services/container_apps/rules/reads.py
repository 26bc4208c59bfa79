"""What apps, jobs and certificates read at their creation, and with which identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.services.network.rules.endpoints_in_plan import service_of

VAULT_ROLES: Final = frozenset(
    {
        "4633458b-17de-408a-b874-0445c86b69e6",  # Key Vault Secrets User
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",  # Key Vault Secrets Officer
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",  # Key Vault Administrator
    }
)
PULL_ROLES: Final = frozenset(
    {
        "7f951dda-4ed3-4680-a7ca-43fe172d538d",  # AcrPull
        "8311e382-0749-4cb8-b61a-304f252e45ec",  # AcrPush
        "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "b93aa761-3e63-49ed-ac28-beffa264f7ac",  # Container Registry Repository Reader
        "2a1e307c-b015-4ebd-883e-5b7698a07328",  # Container Registry Repository Writer
    }
)


def vault_of(plan: Plan, user: Planned, at: str) -> Planned | None:
    """The vault whose secret an address names: the output of a secret or vault, or its name in a known address."""
    found = plan.origin_at(user, at, tokens.SECRET, tokens.VAULT)
    if found is not None:
        return found if found.token == tokens.VAULT else plan.parent(found, tokens.VAULT)
    text = plan.text_at(user, at)
    name = text.removeprefix("https://").partition(".")[0] if text is not None else ""
    named = plan.by_text(tokens.VAULT, "vaultName").get(name.casefold(), ())
    return named[0] if len(named) == 1 else None


def reads(plan: Plan, user: Planned) -> Iterator[tuple[Planned, Planned]]:
    """Each identity with which a resource reads a vault at its creation, both in the plan."""
    at = "properties.certificateKeyVaultProperties" if user.token == tokens.APP_CERTIFICATE else None
    places = (
        [at]
        if at
        else [f"configuration.secrets[{number}]" for number in range(plan.count(user, "configuration.secrets"))]
    )
    for place in places:
        found = plan.origin_at(user, f"{place}.identity", tokens.IDENTITY)
        holder = vault_of(plan, user, f"{place}.keyVaultUrl")
        if found is not None and holder is not None:
            yield found, holder


def pulls(plan: Plan, user: Planned) -> Iterator[tuple[Planned, Planned]]:
    """Each identity with which a resource pulls its image at its creation from a registry of the plan."""
    for number in range(plan.count(user, "configuration.registries")):
        at = f"configuration.registries[{number}]"
        found, source = (
            plan.origin_at(user, f"{at}.identity", tokens.IDENTITY),
            registry_of(plan, user, f"{at}.server"),
        )
        if found is not None and source is not None and has_an_image_from(plan, user, source):
            yield found, source


def registry_of(plan: Plan, user: Planned, at: str) -> Planned | None:
    """The registry that a server name leads to: its output, or its name in a known text."""
    found = plan.origin_at(user, at, tokens.REGISTRY)
    text = plan.text_at(user, at)
    if found is not None or text is None:
        return found
    named = plan.by_text(tokens.REGISTRY, "registryName").get(text.casefold().partition(".")[0], ())
    return named[0] if len(named) == 1 else None


def has_an_image_from(plan: Plan, user: Planned, source: Planned) -> bool:
    """Whether an app or job runs an image of a registry."""
    name = source.inputs.get("registryName")
    for number in range(plan.count(user, "template.containers")):
        at = f"template.containers[{number}].image"
        image = plan.text_at(user, at)
        if image is not None and isinstance(name, str) and image.casefold().startswith(f"{name.casefold()}."):
            return True
        if plan.origin_at(user, at, tokens.REGISTRY) is source:
            return True
    return False


def endpoints_of(plan: Plan, target: Planned) -> list[Planned]:
    """The private endpoints that lead to a vault or registry."""
    return [each for each in plan.of(tokens.ENDPOINT) if service_of(plan, each) is target]
