"""Container Apps: the environment that apps share, its network and its logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_SUBNET, NAME_RULES, arm_id
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Pattern, Related, part
from local_cloud.server.values.guids import stable_guid
from local_cloud.services.container_apps.backend.spec import EnvironmentSpec
from local_cloud.services.container_apps.rules.environment_domains_in_plan import ENVIRONMENT_DOMAINS_IN_PLAN
from local_cloud.services.container_apps.rules.environment_limits import ENVIRONMENT_LIMITS
from local_cloud.services.container_apps.rules.environments_in_plan import ENVIRONMENTS_IN_PLAN
from local_cloud.services.container_apps.rules.secrets import DOCS, distinct_names

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_API: Final = "https://learn.microsoft.com/azure/templates/microsoft.app/2025-02-02-preview/managedenvironments"
_PROFILES: Final = f"{DOCS}/workload-profiles-overview"
_CONSUMPTION: Final = {"name": "Consumption", "workloadProfileType": "Consumption"}
_LOGS: Final = {"customerId": "11111111-1111-1111-1111-111111111111", "sharedKey": "c2hhcmVk"}

ENVIRONMENT_NAME: Final = Pattern(
    path="environmentName",
    regex=r"(?!.*--)[a-z][a-z0-9-]{0,58}[a-z0-9]",
    says="an environment's name has 2 to 60 lower-case letters, digits and single hyphens, begins with a letter "
    "and ends with a letter or digit",
    source=f"{NAME_RULES}#microsoftapp",
    passes="cae-ignition-dev",
    fails="CAE_ignition",
)


def _logs_go_somewhere(inputs: Inputs) -> bool:
    logs = part(inputs, "appLogsConfiguration")
    workspace = part(logs, "logAnalyticsConfiguration")
    wanted = logs.get("destination") == "log-analytics"
    return wanted == bool(workspace.get("customerId") and workspace.get("sharedKey"))


def _subnet(inputs: Inputs) -> Any:
    return part(inputs, "vnetConfiguration").get("infrastructureSubnetId")


def _counts_fit(profile: Any, _inputs: Inputs) -> bool:
    counts = profile.get("minimumCount"), profile.get("maximumCount")
    if str(profile["workloadProfileType"]).startswith("Consumption"):
        return counts == (None, None)
    return None not in counts and 0 <= counts[0] <= counts[1]


class ManagedEnvironment(AzureType):
    """An environment; its network, zones and own resource group are decided once."""

    token = "azure-native:app:ManagedEnvironment"
    path = "Microsoft.App/managedEnvironments/{environmentName}"
    create_only = ("zoneRedundant", "infrastructureResourceGroup")
    immutable = (
        "vnetConfiguration.infrastructureSubnetId",
        "vnetConfiguration.internal",
        "vnetConfiguration.dockerBridgeCidr",
        "vnetConfiguration.platformReservedCidr",
        "vnetConfiguration.platformReservedDnsIP",
        "customDomainConfiguration.dnsSuffix",
    )
    unseen: ClassVar = {
        "environmentName": "the subscription's quota of environments in the region is used up",
        "workloadProfiles[].workloadProfileType": "the region does not have the profile, or the subscription may not use it",
        "vnetConfiguration.infrastructureSubnetId": (
            "something of another program stands in the subnet, or a route or firewall of its network keeps the "
            "environment from what it needs"
        ),
    }
    rules = (
        ENVIRONMENT_NAME,
        Choice(
            path="appLogsConfiguration.destination",
            among=("azure-monitor", "log-analytics", "none"),
            says="logs go to azure-monitor, log-analytics or none",
            source=f"{DOCS}/log-options",
            passes="azure-monitor",
            fails="loganalytics",
        ),
        Combination(
            path="appLogsConfiguration.logAnalyticsConfiguration",
            test=_logs_go_somewhere,
            says="the destination log-analytics needs customerId and sharedKey, and no other takes them",
            source=f"{DOCS}/log-options",
            passes={"appLogsConfiguration": {"destination": "log-analytics", "logAnalyticsConfiguration": _LOGS}},
            fails={"appLogsConfiguration": {"destination": "log-analytics"}},
        ),
        arm_id(
            "vnetConfiguration.infrastructureSubnetId",
            "Microsoft.Network/virtualNetworks/subnets",
            source=f"{DOCS}/custom-virtual-networks",
            noun="a subnet",
        ),
        Combination(
            path="zoneRedundant",
            test=lambda inputs: inputs.get("zoneRedundant") is not True or _subnet(inputs) is not None,
            says="an environment across zones needs a subnet of its own, vnetConfiguration.infrastructureSubnetId",
            source="https://learn.microsoft.com/azure/reliability/reliability-container-apps",
            passes={"zoneRedundant": True},
            fails={"zoneRedundant": True, "vnetConfiguration": None},
        ),
        Combination(
            path="vnetConfiguration.internal",
            test=lambda inputs: (
                part(inputs, "vnetConfiguration").get("internal") is not True or _subnet(inputs) is not None
            ),
            says="an internal environment needs a subnet of its own, vnetConfiguration.infrastructureSubnetId",
            source=f"{DOCS}/custom-virtual-networks",
            passes={"vnetConfiguration.internal": True},
            fails={"vnetConfiguration": {"internal": True}},
        ),
        Combination(
            path="infrastructureResourceGroup",
            test=lambda inputs: (
                inputs.get("infrastructureResourceGroup") is None or bool(inputs.get("workloadProfiles"))
            ),
            says="only an environment with workload profiles names the resource group of its infrastructure",
            source=f"{DOCS}/custom-virtual-networks#managed-resources",
            passes={"infrastructureResourceGroup": "ME_ignition"},
            fails={"infrastructureResourceGroup": "ME_ignition", "workloadProfiles": None},
        ),
        Related(
            path="workloadProfiles[]",
            test=_counts_fit,
            says="a dedicated profile needs minimumCount and maximumCount, and Consumption has neither",
            source=_PROFILES,
            passes={
                "workloadProfiles": [
                    _CONSUMPTION,
                    {"name": "work", "workloadProfileType": "D4", "minimumCount": 1, "maximumCount": 2},
                ]
            },
            fails={"workloadProfiles": [{**_CONSUMPTION, "minimumCount": 1, "maximumCount": 2}]},
        ),
        *ENVIRONMENT_LIMITS,
        distinct_names(
            "workloadProfiles",
            says="workload profiles have distinct names",
            source=_PROFILES,
            passes=[_CONSUMPTION],
            fails=[_CONSUMPTION, _CONSUMPTION],
        ),
        Related(
            path="workloadProfiles[].workloadProfileType",
            test=lambda kind, _: kind in {"Consumption", "Flex"} or kind[:1] in {"D", "E", "N"} or "GPU" in kind,
            says="a profile's type is Consumption, Flex or a size like D4 and E8",
            source=_PROFILES,
            passes={"workloadProfiles": [_CONSUMPTION]},
            fails={
                "workloadProfiles": [
                    {"name": "small", "workloadProfileType": "small", "minimumCount": 1, "maximumCount": 1}
                ]
            },
        ),
    )
    plan_rules = (*ENVIRONMENTS_IN_PLAN, *ENVIRONMENT_DOMAINS_IN_PLAN)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "environmentName": "cae-ignition-dev",
        "location": "westeurope",
        "workloadProfiles": [_CONSUMPTION],
        "vnetConfiguration": {"infrastructureSubnetId": EXAMPLE_SUBNET, "internal": False},
        "appLogsConfiguration": {"destination": "azure-monitor"},
        "zoneRedundant": False,
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:
        """The domain under which apps are reached: a word and a region, as Azure makes them up; the address is a documentation one."""
        location = str(inputs.get("location") or self._default_location(call, inputs) or "westeurope")
        word = stable_guid("environment", resource_id)[:8]
        return {
            "defaultDomain": f"ignition-{word}.{location.replace(' ', '').lower()}.azurecontainerapps.io",
            "staticIp": "203.0.113.10",
            "eventStreamEndpoint": f"https://{location.replace(' ', '').lower()}.azurecontainerapps.dev{resource_id}/eventstream",
        }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """An environment of the local platform, whose ingress is on this machine."""
        domain = resource.outputs["defaultDomain"]
        parts.platform.put_environment(EnvironmentSpec(name=resource.inputs["environmentName"], default_domain=domain))
        return {"staticIp": "127.0.0.1"}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the environment was deleted."""
        return resource if resource.inputs["environmentName"] in parts.platform.environments() else None

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Refused while apps are in it."""
        parts.platform.delete_environment(resource.inputs["environmentName"])
