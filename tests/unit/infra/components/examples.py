"""One small set of arguments for each component, enough to make it; tests change what they are about."""

from __future__ import annotations

from infra.components.container_platform import ContainerPlatformArgs
from infra.components.edge.access import AccessArgs
from infra.components.edge.host import HostArgs
from infra.components.edge.zone import ZoneArgs
from infra.components.identity import AppIdentityArgs
from infra.components.oauth import OAuthArgs
from infra.components.object_storage import ObjectStorageArgs
from infra.components.registry import RegistryArgs
from infra.components.service import CustomDomain, ServiceArgs
from infra.components.service_template import Container

ACCOUNT = "0123456789abcdef0123456789abcdef"
ZONE = "fedcba9876543210fedcba9876543210"
TAGS = {"project": "ignition", "environment": "test"}
SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-api"
ENVIRONMENT = f"{GROUP}/providers/Microsoft.App/managedEnvironments/cae"
CERTIFICATE = f"{ENVIRONMENT}/certificates/api"
VAULT = "https://kv.vault.azure.net/secrets"


def object_storage(**changes: object) -> ObjectStorageArgs:
    return ObjectStorageArgs(**{"account_id": ACCOUNT, "bucket_name": "ignition-test"} | changes)


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
    }
    return RegistryArgs(**given | changes)


def container_platform(**changes: object) -> ContainerPlatformArgs:
    given = {
        "resource_group_name": "rg",
        "location": "westeurope",
        "environment_name": "cae-ignition-test",
        "tags": TAGS,
        "subnet_id": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet/subnets/apps",
        "infrastructure_resource_group": "rg-ignition-test-apps",
    }
    return ContainerPlatformArgs(**given | changes)


def container(**changes: object) -> Container:
    given = {
        "name": "api",
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
        "custom_domains": [CustomDomain(host="api.ecent.online", certificate_id=CERTIFICATE)],
    }
    return ServiceArgs(**given | changes)


def host(**changes: object) -> HostArgs:
    given = {
        "host": "api.ecent.online",
        "tls": "edge",
        "zone_id": ZONE,
        "app_name": "ca-ignition-test-api",
        "resource_group_name": "rg",
        "location": "westeurope",
        "environment_name": "cae",
        "default_domain": "blue.westeurope.azurecontainerapps.io",
        "tags": TAGS,
    }
    return HostArgs(**given | changes)


def zone(**changes: object) -> ZoneArgs:
    given = {"zone_id": ZONE, "zone": "ecent.online", "plan": "pro", "hosts": ["api.ecent.online"]}
    return ZoneArgs(**given | changes)


def access(**changes: object) -> AccessArgs:
    given = {"account_id": ACCOUNT, "host": "admin.ecent.online", "emails": ["owner@ecent.online"]}
    return AccessArgs(**given | changes)


def oauth(**changes: object) -> OAuthArgs:
    return OAuthArgs(**{"display_name": "Ignition (test)", "url": "https://api.ecent.online"} | changes)
