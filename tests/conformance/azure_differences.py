"""
Where the Pulumi SDK or our declarations differ from Azure's own management models, and why.

`*` stands for anything in a type or a path. An entry that explains nothing any more must go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tests.support.azure_models import Difference


@dataclass(frozen=True)
class Explained:
    """Differences of one kind with one reason."""

    token: str
    path: str
    kind: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        return (
            self.kind == difference.kind
            and _matches(self.token, difference.token.removeprefix("azure-native:"))
            and _matches(self.path, difference.path)
        )


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text) is not None


UNKNOWN: Final = "unknown to the model"
READ_ONLY: Final = "read-only in the model"
REQUIRED: Final = "required in the model"
OPTIONAL: Final = "optional in the model"
VALUES: Final = "values that the model has not"
OURS: Final = "create-only here alone"
PREVIEW: Final = "the SDK speaks a preview version of the API, the model the released one"
SAID: Final = "the service's documentation says so, its API description does not"
CLIENT_DEFAULT: Final = "the SDK fills in a default on the program's side"

DIFFERENCES: Final = (
    Explained("*", "location", REQUIRED, "the real provider takes the configured or the resource group's location"),
    # What the SDK knows and the models do not.
    Explained("app:*", "*.imageType", UNKNOWN, PREVIEW),
    Explained("app:*", "*.resources.gpu", UNKNOWN, PREVIEW),
    Explained("app:*", "template.volumes[].storageType", VALUES, f"{PREVIEW} (Smb)"),
    Explained("app:Certificate", "properties.certificateType", UNKNOWN, PREVIEW),
    Explained("app:ContainerApp", "configuration.activeRevisionsMode", VALUES, f"{PREVIEW} (Labels)"),
    Explained("app:ContainerApp", "configuration.ingress.targetPortHttpScheme", UNKNOWN, PREVIEW),
    Explained("app:ContainerApp", "configuration.revisionTransitionThreshold", UNKNOWN, PREVIEW),
    Explained("app:ContainerApp", "configuration.runtime.*", UNKNOWN, PREVIEW),
    Explained("app:ContainerApp", "configuration.targetLabel", UNKNOWN, PREVIEW),
    Explained("app:ContainerApp", "patchingConfiguration", UNKNOWN, PREVIEW),
    Explained("app:ContainerApp", "template.serviceBinds[].*", UNKNOWN, PREVIEW),
    Explained("app:Job", "extendedLocation", UNKNOWN, PREVIEW),
    Explained("app:ManagedEnvironment", "appLogsConfiguration.*.dynamicJsonColumns", UNKNOWN, PREVIEW),
    Explained("app:ManagedEnvironment", "availabilityZones", UNKNOWN, PREVIEW),
    Explained("app:ManagedEnvironment", "diskEncryptionConfiguration", UNKNOWN, PREVIEW),
    Explained("app:ManagedEnvironment", "ingressConfiguration.scale", UNKNOWN, PREVIEW),
    Explained("app:ManagedEnvironment", "workloadProfiles[].enableFips", UNKNOWN, PREVIEW),
    Explained("containerregistry:Registry", "policies.softDeletePolicy", UNKNOWN, PREVIEW),
    Explained("monitor:ActionGroup", "*.managedIdentity", UNKNOWN, PREVIEW),
    Explained("monitor:ActionGroup", "identity", UNKNOWN, PREVIEW),
    Explained("monitor:ActionGroup", "incidentReceivers", UNKNOWN, PREVIEW),
    Explained("monitor:ScheduledQueryRule", "criteria.allOf[].*", UNKNOWN, PREVIEW),
    Explained("keyvault:Key", "properties.releasePolicy", UNKNOWN, "the wire name is release_policy"),
    Explained("keyvault:*", "properties.attributes.expires", UNKNOWN, "the wire name is exp"),
    Explained("keyvault:*", "properties.attributes.notBefore", UNKNOWN, "the wire name is nbf"),
    Explained(
        "containerregistry:Registry", "networkRuleSet.ipRules[].iPAddressOrRange", UNKNOWN, "the wire name is value"
    ),
    Explained(
        "network:*", "*ipamPoolPrefixAllocations[].id", UNKNOWN, "the wire has it below `pool`, flattened by the SDK"
    ),
    # Enums of the SDK that are another service's or another version's.
    Explained(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "principalType",
        VALUES,
        "an enum of Cosmos DB's; wrong_enums says so",
    ),
    Explained(
        "dbforpostgresql:Server",
        "dataEncryption.type",
        VALUES,
        "SystemAssigned became SystemManaged after the SDK's version",
    ),
    # Read-only properties that reached the SDK's inputs through types shared with outputs.
    Explained("containerregistry:Registry", "identity.*", READ_ONLY, "the identity's type serves both ways"),
    Explained("network:*", "*etag", READ_ONLY, "networks nest whole resources in inputs"),
    Explained("network:*", "*provisioningState", READ_ONLY, "networks nest whole resources in inputs"),
    Explained("network:*", "*resourceGuid", READ_ONLY, "networks nest whole resources in inputs"),
    Explained("network:*", "*type", READ_ONLY, "networks nest whole resources in inputs"),
    Explained("network:*", "*delegations[].actions", READ_ONLY, "networks nest whole resources in inputs"),
    Explained("network:*", "*defaultSecurityRules", READ_ONLY, "networks nest whole resources in inputs"),
    Explained("network:*", "*resourceNavigationLinks", READ_ONLY, "networks nest whole resources in inputs"),
    Explained("network:*", "*serviceAssociationLinks", READ_ONLY, "networks nest whole resources in inputs"),
    # Required or not.
    Explained("app:Job", "configuration.triggerType", REQUIRED, CLIENT_DEFAULT),
    Explained("containerregistry:Registry", "networkRuleSet.defaultAction", REQUIRED, CLIENT_DEFAULT),
    Explained("network:*", "*ecurityRules[].priority", REQUIRED, "the SDK's version left it open; a rule asks for it"),
    Explained("managedidentity:FederatedIdentityCredential", "*", OPTIONAL, "the model serves patches as well"),
    Explained("monitor:ActionGroup", "groupShortName", OPTIONAL, "the model left it open; the service asks for it"),
    # What cannot change.
    Explained("app:ManagedCertificate", "properties.*", OURS, "a managed certificate is issued for one host, once"),
    Explained(
        "authorization:RoleAssignment",
        "*",
        OURS,
        "RoleAssignmentUpdateNotPermitted: only description and condition change",
    ),
    Explained("containerregistry:Registry", "zoneRedundancy", OURS, SAID),
    Explained(
        "dbforpostgresql:AdministratorsMicrosoftEntra",
        "*",
        OURS,
        "the API has create and delete for administrators, no update",
    ),
    Explained("dbforpostgresql:Database", "*", OURS, "PostgreSQL cannot change a database's encoding or locale"),
    Explained("dbforpostgresql:Server", "network.delegatedSubnetResourceId", OURS, SAID),
    Explained("dbforpostgresql:Server", "storage.type", OURS, SAID),
    Explained("keyvault:Key", "properties.*", OURS, "the service makes a key once and ignores later values"),
    Explained("keyvault:Vault", "location", OURS, "a vault cannot move; the real provider sends an update"),
    Explained("keyvault:Vault", "properties.createMode", OURS, "it says how to create and nothing of the vault"),
    Explained("keyvault:Vault", "properties.softDeleteRetentionInDays", OURS, SAID),
    Explained(
        "managedidentity:UserAssignedIdentity", "location", OURS, "models of this age do not tell what is create-only"
    ),
    Explained("monitor:*", "location", OURS, "models of this age do not tell what is create-only"),
    Explained("monitor:ScheduledQueryRule", "kind", OURS, "a rule's kind is chosen when it is made"),
    Explained("network:*", "location", OURS, "nothing moves between regions"),
    Explained("network:PrivateEndpoint", "customNetworkInterfaceName", OURS, "the interface is made with the endpoint"),
    Explained("network:PrivateEndpoint", "subnet", OURS, "https://github.com/pulumi/pulumi-azure-native/issues/3883"),
    Explained("privatedns:VirtualNetworkLink", "virtualNetwork.id", OURS, "a link to another network is another link"),
)
