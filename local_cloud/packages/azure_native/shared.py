"""Rules on properties that most azure-native types have, and the forms of values that recur: ARM ids, GUIDs, durations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from local_cloud.server.rules import Choice, Combination, Pattern, Rule, Valid, part
from local_cloud.server.values.guids import GUID

NAME_RULES: Final = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
TEMPLATES: Final = "https://learn.microsoft.com/azure/templates"

EXAMPLE_SUBSCRIPTION: Final = "22222222-2222-2222-2222-222222222222"
EXAMPLE_GROUP: Final = f"/subscriptions/{EXAMPLE_SUBSCRIPTION}/resourceGroups/rg-ignition-dev"
EXAMPLE_GUID: Final = "11111111-1111-1111-1111-111111111111"


def example_id(arm_path: str) -> str:
    """The ARM id of something in the example resource group: `Microsoft.KeyVault/vaults/kv-ignition-dev`."""
    return f"{EXAMPLE_GROUP}/providers/{arm_path}"


EXAMPLE_IDENTITY: Final = example_id("Microsoft.ManagedIdentity/userAssignedIdentities/id-ignition-dev-api")
EXAMPLE_WORKSPACE: Final = example_id("Microsoft.OperationalInsights/workspaces/log-ignition-dev")
EXAMPLE_NETWORK: Final = example_id("Microsoft.Network/virtualNetworks/vnet-ignition-dev")
EXAMPLE_SUBNET: Final = f"{EXAMPLE_NETWORK}/subnets/snet-apps"


def arm_id(path: str, arm_type: str, *, source: str, noun: str) -> Pattern:
    """The rule that a value is the ARM id of a resource of one type; ARM ids are compared without case."""
    provider, *kinds = arm_type.split("/")
    below = "".join(rf"/{kind}/[^/]+" for kind in kinds)
    example = f"{provider}{''.join(f'/{kind}/example' for kind in kinds)}"
    return Pattern(
        path=path,
        regex=rf"(?i)/subscriptions/[^/]+/resourceGroups/[^/]+/providers/{re.escape(provider)}{below}",
        says=f"it takes the whole ARM id of {noun}: /subscriptions/.../resourceGroups/.../providers/{example}",
        source=source,
        passes=example_id(example),
        fails="example",
    )


def guid(path: str, *, source: str, noun: str) -> Pattern:
    """The rule that a value is a GUID."""
    return Pattern(
        path=path,
        regex=GUID,
        says=f"{noun} is a GUID like {EXAMPLE_GUID}",
        source=source,
        passes=EXAMPLE_GUID,
        fails="ignition",
    )


def duration_minutes(text: str) -> int | None:
    """An ISO 8601 duration of days, hours and minutes (`PT5M`, `P1D`) in minutes; None for any other text."""
    found = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", text)
    if found is None or text.endswith(("P", "T")):
        return None
    days, hours, minutes = (int(each or 0) for each in found.groups())
    return (days * 24 + hours) * 60 + minutes


# Public regions in August 2026, and `global` for what has no region; one that came later can be an accepted exception.
_REGION_NAMES: Final = """
australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth
brazilsoutheast canadacentral canadaeast centralindia centralus chilecentral denmarkeast eastasia eastus eastus2
francecentral francesouth germanynorth germanywestcentral global indonesiacentral israelcentral italynorth
japaneast japanwest jioindiacentral jioindiawest koreacentral koreasouth malaysiawest mexicocentral
newzealandnorth northcentralus northeurope norwayeast norwaywest polandcentral qatarcentral southafricanorth
southafricawest southcentralus southeastasia southindia spaincentral swedencentral swedensouth switzerlandnorth
switzerlandwest uaecentral uaenorth uksouth ukwest westcentralus westeurope westindia westus westus2 westus3
"""
_REGIONS: Final = frozenset(_REGION_NAMES.split())


def _are_tags(tags: Mapping[str, Any]) -> bool:
    return len(tags) <= 50 and all(
        0 < len(name) <= 512 and len(str(text)) <= 256 and not set(name) & set("<>%&\\?/")
        for name, text in tags.items()
    )


def _identity_is_whole(inputs: Mapping[str, Any]) -> bool:
    identity = part(inputs, "identity")
    return ("UserAssigned" in str(identity.get("type"))) == bool(identity.get("userAssignedIdentities"))


RESOURCE_GROUP_NAME: Final = Pattern(
    path="resourceGroupName",
    regex=r"[-\w._()]{0,89}[-\w_()]",
    says="a resource group's name has 1 to 90 letters, digits, - _ . ( ) and does not end with a full stop",
    source=f"{NAME_RULES}#microsoftresources",
    passes="rg-ignition-dev",
    fails="rg-ignition.",
)

SHARED: Final[tuple[Rule, ...]] = (
    RESOURCE_GROUP_NAME,
    Choice(
        path="location",
        unseen="the subscription may not use the region, or the region has no capacity for what is asked",
        among=sorted(_REGIONS),
        form=lambda text: text.replace(" ", "").lower(),
        says="it takes the name of a region that Azure has, westeurope for instance; `az account list-locations` lists them",
        source="https://learn.microsoft.com/azure/reliability/regions-list",
        passes="West Europe",
        fails="westeuropa",
    ),
    Valid(
        path="tags",
        test=_are_tags,
        says="a resource has at most 50 tags, their names up to 512 characters without < > % & \\ ? / and their values up to 256",
        source="https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations",
        passes={"owner": "platform"},
        fails={"cost/centre": "platform"},
    ),
    Combination(
        path="identity.userAssignedIdentities",
        test=_identity_is_whole,
        says="an identity whose type holds UserAssigned names its identities, and no other does",
        source="https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview",
        passes={"identity": {"type": "SystemAssigned"}},
        fails={"identity": {"type": "UserAssigned"}},
    ),
)
