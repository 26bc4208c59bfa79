"""Container registries."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.addresses import is_ipv4_range
from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import NAME_RULES
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Pattern, Range, Rule, Valid, value_at
from local_cloud.services.registry.rules.pulls import PINNED_IMAGES_STAY, PULLS_WITH_CREDENTIALS
from local_cloud.services.registry.rules.registries_in_plan import REGISTRIES_IN_PLAN

_TIERS: Final = "https://learn.microsoft.com/azure/container-registry/container-registry-skus"


def _premium_only(path: str, asked: Any, noun: str) -> Rule:
    """The rule that only the Premium tier has something; `asked` is the value that asks for it."""

    def holds(inputs: Inputs) -> bool:
        return inputs["sku"]["name"] == "Premium" or value_at(inputs, path) != asked

    top, _, rest = path.partition(".")
    nested = {top: asked} if not rest else {path: asked}
    return Combination(
        path=path,
        test=holds,
        says=f"only the Premium tier has {noun}",
        source=_TIERS,
        passes={**nested, "sku": {"name": "Premium"}},
        fails=nested,
    )


class Registry(AzureType):
    """A registry."""

    token = "azure-native:containerregistry:Registry"
    path = "Microsoft.ContainerRegistry/registries/{registryName}"
    immutable = ("zoneRedundancy",)
    unseen: ClassVar = {
        "zoneRedundancy": "the region has no availability zones for registries",
    }
    rules = (
        Pattern(
            path="registryName",
            unseen="somebody else has the name, which is one for all of Azure",
            regex=r"[a-zA-Z0-9]{5,50}",
            says="a registry's name has 5 to 50 letters and digits",
            source=f"{NAME_RULES}#microsoftcontainerregistry",
            passes="crignitiondev",
            fails="cr-ignition-dev",
        ),
        _premium_only("publicNetworkAccess", "Disabled", "private access alone"),
        _premium_only("zoneRedundancy", "Enabled", "zone redundancy"),
        _premium_only("dataEndpointEnabled", asked=True, noun="data endpoints of its own"),
        _premium_only("networkRuleSet.defaultAction", "Deny", "network rules"),
        _premium_only("policies.retentionPolicy.status", "enabled", "a retention policy"),
        _premium_only("policies.trustPolicy.status", "enabled", "content trust"),
        _premium_only("policies.exportPolicy.status", "disabled", "a ban on export"),
        _premium_only("encryption.status", "enabled", "encryption by a key of one's own"),
        Combination(
            path="policies.exportPolicy.status",
            test=lambda inputs: (
                value_at(inputs, "policies.exportPolicy.status") != "disabled"
                or inputs.get("publicNetworkAccess") == "Disabled"
            ),
            says="export can be disabled only together with public network access",
            source="https://learn.microsoft.com/azure/container-registry/data-loss-prevention",
            passes={
                "sku": {"name": "Premium"},
                "publicNetworkAccess": "Disabled",
                "policies.exportPolicy.status": "disabled",
            },
            fails={"sku": {"name": "Premium"}, "policies.exportPolicy.status": "disabled"},
        ),
        Combination(
            path="anonymousPullEnabled",
            test=lambda inputs: inputs.get("anonymousPullEnabled") is not True or inputs["sku"]["name"] != "Basic",
            says="anonymous pull needs the Standard or Premium tier",
            source="https://learn.microsoft.com/azure/container-registry/anonymous-pull-access",
            passes={"anonymousPullEnabled": True, "sku": {"name": "Standard"}},
            fails={"anonymousPullEnabled": True},
        ),
        Range(
            path="policies.retentionPolicy.days",
            least=0,
            most=365,
            says="untagged manifests are kept 0 to 365 days",
            source="https://learn.microsoft.com/azure/container-registry/container-registry-retention-policy",
            passes=7,
            fails=366,
        ),
        Range(
            path="policies.softDeletePolicy.retentionDays",
            least=1,
            most=90,
            says="deleted artifacts are kept 1 to 90 days",
            source="https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy",
            passes=7,
            fails=91,
        ),
        Valid(
            path="networkRuleSet.ipRules[].iPAddressOrRange",
            test=is_ipv4_range,
            says="an address rule is an IPv4 address or range",
            source="https://learn.microsoft.com/azure/container-registry/container-registry-access-selected-networks",
            passes="203.0.113.0/24",
            fails="2001:db8::/32",
        ),
    )
    plan_rules = (*REGISTRIES_IN_PLAN, PINNED_IMAGES_STAY, PULLS_WITH_CREDENTIALS)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "registryName": "crignitiondev",
        "location": "westeurope",
        "sku": {"name": "Basic"},
        "adminUserEnabled": False,
        "networkRuleSet": {"defaultAction": "Allow", "ipRules": [{"iPAddressOrRange": "203.0.113.7"}]},
    }

    def known_at_preview(self, inputs: Inputs) -> Outputs:
        """The host name follows from the registry's name."""
        name = inputs.get("registryName")
        host = {"loginServer": f"{name.lower()}.azurecr.io"} if isinstance(name, str) else {}
        return super().known_at_preview(inputs) | host

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The tier once more, as the service names it."""
        return {"sku": {"tier": inputs["sku"]["name"]}}
