"""The tokens of azure-native types that rules over the plan speak of."""

from __future__ import annotations

from typing import Final

APP: Final = "azure-native:app:ContainerApp"
APP_CERTIFICATE: Final = "azure-native:app:Certificate"
ENVIRONMENT: Final = "azure-native:app:ManagedEnvironment"
JOB: Final = "azure-native:app:Job"
MANAGED_CERTIFICATE: Final = "azure-native:app:ManagedCertificate"

LOCK: Final = "azure-native:authorization:ManagementLockByScope"
RESOURCE_GROUP: Final = "azure-native:resources:ResourceGroup"
ROLE_ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"

FEDERATED_CREDENTIAL: Final = "azure-native:managedidentity:FederatedIdentityCredential"
IDENTITY: Final = "azure-native:managedidentity:UserAssignedIdentity"

KEY: Final = "azure-native:keyvault:Key"
SECRET: Final = "azure-native:keyvault:Secret"
VAULT: Final = "azure-native:keyvault:Vault"
REGISTRY: Final = "azure-native:containerregistry:Registry"

ACTION_GROUP: Final = "azure-native:monitor:ActionGroup"
BUDGET: Final = "azure-native:consumption:Budget"
DIAGNOSTICS: Final = "azure-native:monitor:DiagnosticSetting"
METRIC_ALERT: Final = "azure-native:monitor:MetricAlert"
QUERY_ALERT: Final = "azure-native:monitor:ScheduledQueryRule"
WORKSPACE: Final = "azure-native:operationalinsights:Workspace"

ENDPOINT: Final = "azure-native:network:PrivateEndpoint"
NETWORK: Final = "azure-native:network:VirtualNetwork"
PRIVATE_ZONE: Final = "azure-native:privatedns:PrivateZone"
SECURITY_GROUP: Final = "azure-native:network:NetworkSecurityGroup"
SUBNET: Final = "azure-native:network:Subnet"
ZONE_GROUP: Final = "azure-native:network:PrivateDnsZoneGroup"
ZONE_LINK: Final = "azure-native:privatedns:VirtualNetworkLink"

DATABASE: Final = "azure-native:dbforpostgresql:Database"
FIREWALL_RULE: Final = "azure-native:dbforpostgresql:FirewallRule"
PARAMETER: Final = "azure-native:dbforpostgresql:Configuration"
SERVER: Final = "azure-native:dbforpostgresql:Server"
SERVER_ADMINISTRATOR: Final = "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra"
