"""One small set of arguments for each component, enough to make it; tests change what they are about."""

from __future__ import annotations

import dataclasses
from typing import Any

from infra.components.access.identity import AppIdentityArgs
from infra.components.access.oauth import OAuthArgs
from infra.components.access.operators import OperatorsArgs
from infra.components.apps.container_platform import ContainerPlatformArgs
from infra.components.apps.registry import RegistryArgs
from infra.components.apps.service import CustomDomain, ServiceArgs
from infra.components.apps.service_template import Container
from infra.components.data.database import DatabaseArgs
from infra.components.data.database_access import DatabaseAccessArgs
from infra.components.data.database_roles import DatabaseRolesArgs
from infra.components.data.database_roles_app import DatabaseRolesAppArgs
from infra.components.data.object_storage import ObjectStorageArgs
from infra.components.edge.access import AccessArgs
from infra.components.edge.cloudflare_ranges import CLOUDFLARE_IPV4
from infra.components.edge.edge_secret import EdgeSecretArgs
from infra.components.edge.host import HostArgs
from infra.components.edge.zone import ZoneArgs
from infra.components.key_vault import KeyVaultArgs, VaultSecret, VaultSecretsArgs
from infra.components.network import NetworkArgs
from infra.components.watch.alerts import AlertsArgs
from infra.components.watch.diagnostics import DiagnosticsArgs, Source
from infra.components.watch.monitoring import MonitoringArgs
from infra.config.sections.apps import ContainerPlatformSection, ServiceSection
from infra.config.sections.azure import DatabaseSection, KeyVaultSection, MonitoringSection, NetworkSection
from infra.config.sections.cloudflare import (
    AccessSection,
    HostSection,
    ObjectStorageSection,
    RateLimitSection,
    ZoneSection,
)
from infra.config.sections.oauth import OAuthSection
from infra.config.sections.rotation import RotationSection
from infra.config.sections.section import Section

ACCOUNT = "0123456789abcdef0123456789abcdef"
ZONE = "fedcba9876543210fedcba9876543210"
DEPLOYER = "44444444-4444-4444-4444-444444444444"
TAGS = {"project": "ignition", "environment": "test"}
SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-api"
ENVIRONMENT = f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae"
CERTIFICATE = f"{ENVIRONMENT}/certificates/api"
VAULT = "https://kv.vault.azure.net/secrets"


def with_config(args: type[Any], section: type[Section], given: dict[str, object], changes: dict[str, object]) -> Any:
    """Arguments whose `config` is a section; what is a key of the section goes there."""
    values = given | changes
    own = {field.name for field in dataclasses.fields(args)}
    config = {name: value for name, value in values.items() if name in section.model_fields and name not in own}
    rest = {name: value for name, value in values.items() if name not in config}
    return args(config=section(**config), **rest)


def object_storage(**changes: object) -> ObjectStorageArgs:
    return with_config(
        ObjectStorageArgs,
        ObjectStorageSection,
        {"locked_prefix": None, "account_id": ACCOUNT, "bucket_name": "ignition-test", "protect": True},
        changes,
    )


def identity(**changes: object) -> AppIdentityArgs:
    given = {"resource_group_name": "rg", "location": "westeurope", "identity_name": "id-api", "tags": TAGS}
    return AppIdentityArgs(**given | changes)


def registry(**changes: object) -> RegistryArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "registry_name": "crignitiontest",
        "tags": TAGS,
        "pullers": {"api": "11111111-1111-1111-1111-000000000001", "admin": "11111111-1111-1111-1111-000000000002"},
        "propagation_s": 300,
    }
    return with_config(RegistryArgs, ContainerPlatformSection, given, changes)


def container_platform(**changes: object) -> ContainerPlatformArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "environment_name": "cae-ignition-test",
        "tags": TAGS,
        "subnet_id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
        "infrastructure_resource_group": "rg-ignition-test-apps",
        "protect": True,
    }
    return with_config(ContainerPlatformArgs, ContainerPlatformSection, given, changes)


def container(**changes: object) -> Container:
    given = {
        "name": "api",
        "cpu": 0.5,
        "image": "ghcr.io/ecent/api@sha256:0f3b5e9a",
        "env": {"SERVER_PORT": "8080"},
        "secrets": {"DATABASE_URL": f"{VAULT}/DATABASE-URL/1"},
    }
    return Container(**given | changes)


def service(**changes: object) -> ServiceArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "app_name": "ca-ignition-test-api",
        "environment_id": ENVIRONMENT,
        "environment_name": "cae",
        "tags": TAGS,
        "identity_id": IDENTITY,
        "container": container(),
        "registry_server": "crignitiontest.azurecr.io",
        "allowed_ranges": CLOUDFLARE_IPV4,
        "custom_domains": [CustomDomain(host="api.ecent.online", certificate_id=CERTIFICATE)],
        "image": f"ghcr.io/ecent/api@sha256:{'0f3b5e9a' * 8}",
    }
    return with_config(ServiceArgs, ServiceSection, given, changes)


def host(**changes: object) -> HostArgs:
    given = {
        "name": "api.ecent.online",
        "tls": "edge",
        "zone_id": ZONE,
        "app_name": "ca-ignition-test-api",
        "resource_group_name": "rg",
        "location": "westeurope",
        "environment_name": "cae",
        "default_domain": "blue.westeurope.azurecontainerapps.io",
        "tags": TAGS,
        "ttl_s": 300,
    }
    return with_config(HostArgs, HostSection, given, changes)


def edge_secret(**changes: object) -> EdgeSecretArgs:
    return EdgeSecretArgs(**{"rotation": RotationSection()} | changes)


def zone(**changes: object) -> ZoneArgs:
    given = {
        "zone_id": ZONE,
        "name": "ecent.online",
        "plan": "pro",
        "hosts": ["api.ecent.online"],
        "azure_certificates": False,
        "rate_limit": RateLimitSection(),
        "protect": True,
    }
    return with_config(ZoneArgs, ZoneSection, given, changes)


def access(**changes: object) -> AccessArgs:
    given = {"account_id": ACCOUNT, "host": "admin.ecent.online", "emails": ["owner@ecent.online"]}
    return with_config(AccessArgs, AccessSection, given, changes)


def oauth(**changes: object) -> OAuthArgs:
    given = {
        "display_name": "Ignition (test)",
        "url": "https://api.ecent.online",
        "owners": [DEPLOYER],
        "google_client_id": "0-x.apps.googleusercontent.com",
    }
    return with_config(OAuthArgs, OAuthSection, given, changes)


def network(**changes: object) -> NetworkArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "network_name": "vnet",
        "security_group_name": lambda subnet: f"nsg-{subnet}",
        "tags": TAGS,
        "address_space": "10.20.0.0/16",
        "apps_subnet": "10.20.0.0/23",
        "database_subnet": "10.20.2.0/27",
        "endpoints_subnet": "10.20.2.64/27",
        "database_zone": "ignition-test.private.postgres.database.azure.com",
    }
    return with_config(NetworkArgs, NetworkSection, given, changes)


def monitoring(**changes: object) -> MonitoringArgs:
    given = {
        "resource_group_name": "rg",
        "resource_group_id": GROUP,
        "location": "westeurope",
        "workspace_name": "log-ignition-test",
        "action_group_name": "ag-ignition-test",
        "action_group_short_name": "ignition-tes",
        "budget_name": "budget-ignition-test",
        "tags": TAGS,
        "emails": ["operations@ecent.online"],
        "budget_start": "2026-12-01",
    }
    return with_config(MonitoringArgs, MonitoringSection, given, changes)


def key_vault(**changes: object) -> KeyVaultArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "vault_name": "kv-ignition-test",
        "tags": TAGS,
        "tenant_id": "22222222-2222-2222-2222-222222222222",
        "endpoint_name": "pe-vault",
        "endpoint_subnet_id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-endpoints",
        "endpoint_zone_id": f"{GROUP}/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net",
        "lock": True,
        "protect": True,
    }
    return with_config(KeyVaultArgs, KeyVaultSection, given, changes)


def vault_secret(**changes: object) -> VaultSecret:
    given = {"value": "hidden", "content_type": "text", "readers": {"api": "11111111-1111-1111-1111-000000000001"}}
    return VaultSecret(**given | changes)


def vault_secrets(**changes: object) -> VaultSecretsArgs:
    given = {
        "resource_group_name": "rg",
        "vault_id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-ignition-test",
        "vault_name": "kv-ignition-test",
        "vault_uri": "https://kv-ignition-test.vault.azure.net",
        "tags": TAGS,
        "secrets": {"DATABASE-URL": vault_secret()},
        "propagation_s": 300,
    }
    return VaultSecretsArgs(**given | changes)


def database(**changes: object) -> DatabaseArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "server_name": "psql-ignition-test",
        "tags": TAGS,
        "tenant_id": "22222222-2222-2222-2222-222222222222",
        "subnet_id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet-database",
        "zone_id": f"{GROUP}/providers/Microsoft.Network/privateDnsZones/test.private.postgres.database.azure.com",
        "high_availability": "ZoneRedundant",
        "parameters": {},
        "restored": False,
        "lock": True,
        "protect": True,
    }
    return with_config(DatabaseArgs, DatabaseSection, given, changes)


def database_roles(**changes: object) -> DatabaseRolesArgs:
    given = {
        "host": "psql-ignition-test.postgres.database.azure.com",
        "port": 5432,
        "database": "ignition",
    }
    return with_config(DatabaseRolesArgs, DatabaseSection, given, changes)


def database_roles_app(**changes: object) -> DatabaseRolesAppArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "app_name": "ignition-test-roles",
        "environment_id": ENVIRONMENT,
        "tags": TAGS,
        "identity_id": IDENTITY,
        "container": container(name="database-roles", secrets={"PGPASSWORD": f"{VAULT}/DATABASE-ADMINISTRATOR/1"}),
    }
    return DatabaseRolesAppArgs(**given | changes)


def operators(**changes: object) -> OperatorsArgs:
    given = {
        "group_id": "55555555-5555-5555-5555-555555555555",
        "secret_writer_role": None,
        "vault_id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv",
        "workspace_id": f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log",
    }
    return OperatorsArgs(**given | changes)


def database_access(**changes: object) -> DatabaseAccessArgs:
    given = {
        "resource_group_name": "rg",
        "location": "swedencentral",
        "job_name": "ignition-test-psql",
        "environment_id": ENVIRONMENT,
        "tags": TAGS,
        "identity_id": IDENTITY,
        "database": database_roles(),
        "password_address": f"{VAULT}/DATABASE-ADMINISTRATOR-PASSWORD/1",
        "statement": "SELECT 1",
    }
    return DatabaseAccessArgs(**given | changes)


def diagnostics(**changes: object) -> DiagnosticsArgs:
    given = {
        "workspace_id": f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log-ignition-test",
        "sources": {"vault": Source(resource_id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv", logs="audit")},
    }
    return DiagnosticsArgs(**given | changes)


def alerts(**changes: object) -> AlertsArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "alert_name": lambda alert: f"ignition-test-{alert}",
        "tags": TAGS,
        "action_group_id": f"{GROUP}/providers/Microsoft.Insights/actionGroups/ag",
        "workspace_id": f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/log",
        "database_id": f"{GROUP}/providers/Microsoft.DBforPostgreSQL/flexibleServers/psql",
        "api_id": f"{GROUP}/providers/Microsoft.App/containerApps/ignition-test-api",
        "api_name": "ignition-test-api",
        "vault_id": f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv",
        "database_connections": 687,
        "api_always_runs": True,
        "emails": ["operations@ecent.online"],
        "budget_start": "2026-12-01",
    }
    return with_config(AlertsArgs, MonitoringSection, given, changes)
