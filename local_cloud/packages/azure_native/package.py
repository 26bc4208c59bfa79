"""azure-native: one file a resource type, named after its token. A new type is one file, one example and two lines here."""

from __future__ import annotations

from local_cloud.packages.azure_native.functions import FUNCTIONS
from local_cloud.packages.azure_native.shared import SHARED
from local_cloud.packages.azure_native.unregistered_paths import path_of
from local_cloud.server.package import Package
from local_cloud.server.resource_types.types_only import AzureTypesOnly
from local_cloud.services.container_apps.types.app_certificate import Certificate
from local_cloud.services.container_apps.types.app_container_app import ContainerApp
from local_cloud.services.container_apps.types.app_job import Job
from local_cloud.services.container_apps.types.app_managed_certificate import ManagedCertificate
from local_cloud.services.container_apps.types.app_managed_environment import ManagedEnvironment
from local_cloud.services.identity.types.authorization_role_assignment import RoleAssignment
from local_cloud.services.identity.types.managedidentity_federated_identity_credential import (
    FederatedIdentityCredential,
)
from local_cloud.services.identity.types.managedidentity_user_assigned_identity import UserAssignedIdentity
from local_cloud.services.key_vault.types.keyvault_key import Key
from local_cloud.services.key_vault.types.keyvault_secret import Secret
from local_cloud.services.key_vault.types.keyvault_vault import Vault
from local_cloud.services.monitoring.types.consumption_budget import Budget
from local_cloud.services.monitoring.types.monitor_action_group import ActionGroup
from local_cloud.services.monitoring.types.monitor_diagnostic_setting import DiagnosticSetting
from local_cloud.services.monitoring.types.monitor_metric_alert import MetricAlert
from local_cloud.services.monitoring.types.monitor_scheduled_query_rule import ScheduledQueryRule
from local_cloud.services.monitoring.types.operationalinsights_workspace import Workspace
from local_cloud.services.network.types.network_network_security_group import NetworkSecurityGroup
from local_cloud.services.network.types.network_private_dns_zone_group import PrivateDnsZoneGroup
from local_cloud.services.network.types.network_private_endpoint import PrivateEndpoint
from local_cloud.services.network.types.network_subnet import Subnet
from local_cloud.services.network.types.network_virtual_network import VirtualNetwork
from local_cloud.services.network.types.privatedns_private_zone import PrivateZone
from local_cloud.services.network.types.privatedns_virtual_network_link import VirtualNetworkLink
from local_cloud.services.postgres.types.dbforpostgresql_administrators_microsoft_entra import (
    AdministratorsMicrosoftEntra,
)
from local_cloud.services.postgres.types.dbforpostgresql_configuration import Configuration
from local_cloud.services.postgres.types.dbforpostgresql_database import Database
from local_cloud.services.postgres.types.dbforpostgresql_firewall_rule import FirewallRule
from local_cloud.services.postgres.types.dbforpostgresql_server import Server
from local_cloud.services.registry.types.containerregistry_registry import Registry
from local_cloud.services.resource_groups.types.authorization_management_lock_by_scope import ManagementLockByScope
from local_cloud.services.resource_groups.types.resources_resource_group import ResourceGroup


class _Others(AzureTypesOnly):
    """What else the SDK has."""

    shared = SHARED


PACKAGE = Package(
    name="azure-native",
    distribution="pulumi-azure-native",
    types=(
        Certificate(),
        ContainerApp(),
        Job(),
        ManagedCertificate(),
        ManagedEnvironment(),
        ManagementLockByScope(),
        RoleAssignment(),
        Budget(),
        Registry(),
        AdministratorsMicrosoftEntra(),
        Configuration(),
        Database(),
        FirewallRule(),
        Server(),
        Key(),
        Secret(),
        Vault(),
        FederatedIdentityCredential(),
        UserAssignedIdentity(),
        ActionGroup(),
        DiagnosticSetting(),
        MetricAlert(),
        ScheduledQueryRule(),
        NetworkSecurityGroup(),
        PrivateDnsZoneGroup(),
        PrivateEndpoint(),
        Subnet(),
        VirtualNetwork(),
        Workspace(),
        PrivateZone(),
        VirtualNetworkLink(),
        ResourceGroup(),
    ),
    functions=FUNCTIONS,
    others=_Others,
    path_of=path_of,
    unseen=(
        "The deployer lacks a permission, or a condition on it does not allow this resource.",
        "A quota of the subscription or the region is used up.",
        "A policy of the subscription or of a management group above it denies the resource, or changes it.",
        "The resource provider is not registered in the subscription.",
        "A lock or a resource that another program or a person made stands in the way.",
        "An offer, size or feature is not for sale to the subscription.",
    ),
)
