"""azure-native: one file a resource type, named after its token. A new type is one file, one example and two lines here."""

from __future__ import annotations

from local_cloud.azure.app_certificate import Certificate
from local_cloud.azure.app_container_app import ContainerApp
from local_cloud.azure.app_job import Job
from local_cloud.azure.app_managed_certificate import ManagedCertificate
from local_cloud.azure.app_managed_environment import ManagedEnvironment
from local_cloud.azure.authorization_management_lock_by_scope import ManagementLockByScope
from local_cloud.azure.authorization_role_assignment import RoleAssignment
from local_cloud.azure.consumption_budget import Budget
from local_cloud.azure.containerregistry_registry import Registry
from local_cloud.azure.dbforpostgresql_administrators_microsoft_entra import AdministratorsMicrosoftEntra
from local_cloud.azure.dbforpostgresql_configuration import Configuration
from local_cloud.azure.dbforpostgresql_database import Database
from local_cloud.azure.dbforpostgresql_firewall_rule import FirewallRule
from local_cloud.azure.dbforpostgresql_server import Server
from local_cloud.azure.functions import FUNCTIONS
from local_cloud.azure.keyvault_key import Key
from local_cloud.azure.keyvault_secret import Secret
from local_cloud.azure.keyvault_vault import Vault
from local_cloud.azure.managedidentity_federated_identity_credential import FederatedIdentityCredential
from local_cloud.azure.managedidentity_user_assigned_identity import UserAssignedIdentity
from local_cloud.azure.monitor_action_group import ActionGroup
from local_cloud.azure.monitor_diagnostic_setting import DiagnosticSetting
from local_cloud.azure.monitor_metric_alert import MetricAlert
from local_cloud.azure.monitor_scheduled_query_rule import ScheduledQueryRule
from local_cloud.azure.network_network_security_group import NetworkSecurityGroup
from local_cloud.azure.network_private_dns_zone_group import PrivateDnsZoneGroup
from local_cloud.azure.network_private_endpoint import PrivateEndpoint
from local_cloud.azure.network_subnet import Subnet
from local_cloud.azure.network_virtual_network import VirtualNetwork
from local_cloud.azure.operationalinsights_workspace import Workspace
from local_cloud.azure.privatedns_private_zone import PrivateZone
from local_cloud.azure.privatedns_virtual_network_link import VirtualNetworkLink
from local_cloud.azure.resources_resource_group import ResourceGroup
from local_cloud.server.package import Package

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
)
