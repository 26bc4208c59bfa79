"""Rules over the plan as programs meet them: outputs of the real SDKs, many mistakes in one run, a right program without a word."""

import re

import pytest

from tests.integration.preview.programs import project

START = """
import pulumi
import pulumi_azure_native as azure
import pulumi_cloudflare as cloudflare
import pulumi_random as random
from pulumi import ResourceOptions

group = azure.resources.ResourceGroup("group", resource_group_name="rg-shop", location="northeurope")
inside = {"resource_group_name": group.name, "location": group.location}
network = azure.network.VirtualNetwork(
    "network", virtual_network_name="vnet-shop", address_space={"address_prefixes": ["10.0.0.0/16"]}, **inside
)
vault = azure.keyvault.Vault(
    "vault",
    vault_name="kv-shop-1",
    properties={
        "tenant_id": "33333333-3333-3333-3333-333333333333",
        "sku": {"family": "A", "name": "standard"},
        "enable_rbac_authorization": True,
    },
    **inside,
)
identity = azure.managedidentity.UserAssignedIdentity("identity", resource_name_="id-web", **inside)
ROLE = "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"
ZONE = "a" * 32


def subnet(name, prefix, service=None, after=()):
    return azure.network.Subnet(
        name,
        resource_group_name=group.name,
        virtual_network_name=network.name,
        subnet_name=name,
        address_prefix=prefix,
        delegations=[{"name": "d", "service_name": service}] if service else [],
        opts=ResourceOptions(depends_on=list(after)),
    )


def environment(name, where):
    return azure.app.ManagedEnvironment(
        name,
        environment_name=name,
        vnet_configuration={"infrastructure_subnet_id": where},
        workload_profiles=[{"name": "Consumption", "workload_profile_type": "Consumption"}],
        **inside,
    )


def server(name, **more):
    return azure.dbforpostgresql.Server(
        name,
        server_name=name,
        version="16",
        sku={"name": "Standard_B1ms", "tier": "Burstable"},
        storage={"storage_size_gb": 32},
        administrator_login="shopadmin",
        **more,
        **inside,
    )


def role(name, principal):
    return azure.authorization.RoleAssignment(
        name,
        scope=vault.id,
        principal_id=principal,
        principal_type="ServicePrincipal",
        role_definition_id=ROLE,
    )


"""

WRONG = """
plain = subnet("plain", "10.0.0.0/23")
delegated = subnet("delegated", "10.0.2.0/24", "Microsoft.App/environments", [plain])
environment("cae-plain", plain.id)
environment("cae-network", network.id)
azure.network.PrivateEndpoint(
    "endpoint",
    private_endpoint_name="pe-vault",
    subnet={"id": delegated.id},
    private_link_service_connections=[{"name": "c", "private_link_service_id": vault.id, "group_ids": ["registry"]}],
    **inside,
)
role("wrong-output", identity.client_id)
role("first", identity.principal_id)
role("second", identity.principal_id)
drawn = random.RandomPassword("drawn", length=6)
database = server("psql-shop-1", administrator_login_password=drawn.result)
for name in ("pgbouncer.enabled", "log_connections"):
    azure.dbforpostgresql.Configuration(
        name,
        resource_group_name=group.name,
        server_name=database.name,
        configuration_name=name,
        value="true" if name.startswith("pg") else "on",
        source="user-override",
    )
cloudflare.DnsRecord("alias", zone_id=ZONE, name="www.shop.example", type="CNAME", content="a.example.net", ttl=300)
cloudflare.DnsRecord("address", zone_id=ZONE, name="www.shop.example", type="A", content="192.0.2.1", ttl=300)
bucket = cloudflare.R2Bucket("bucket", account_id="b" * 32, name="shop-files", jurisdiction="eu")
cloudflare.R2BucketCors(
    "cors",
    account_id="b" * 32,
    bucket_name=bucket.name,
    rules=[{"allowed": {"methods": ["GET"], "origins": ["https://shop.example"]}}],
)
"""

# What the message of each mistake says, and the resource it is about.
MISTAKES = {
    "delegated to Microsoft.App/environments": "cae-plain",
    "stands in a subnet, by the subnet's id": "cae-network",
    "holds that service alone, no private endpoint": "endpoint",
    "groupIds names a part": "endpoint",
    "PrincipalNotFound": "wrong-output",
    "RoleAssignmentExists": "second",
    "three kinds out of": "psql-shop-1",
    "has no PgBouncer": "pgbouncer.enabled",
    "ServerIsBusy": "log_connections",
    "no A, AAAA or second CNAME record": "address",
    "has the bucket's jurisdiction": "cors",
}

RIGHT = """
apps = subnet("apps", "10.0.0.0/23", "Microsoft.App/environments")
data = subnet("data", "10.0.2.0/28", "Microsoft.DBforPostgreSQL/flexibleServers", [apps])
zone = azure.privatedns.PrivateZone(
    "zone",
    resource_group_name=group.name,
    private_zone_name="shop.private.postgres.database.azure.com",
    location="global",
)
link = azure.privatedns.VirtualNetworkLink(
    "link",
    resource_group_name=group.name,
    private_zone_name=zone.name,
    virtual_network_link_name="to-network",
    virtual_network={"id": network.id},
    registration_enabled=False,
    location="global",
)
drawn = random.RandomPassword("drawn", length=24)
database = server(
    "psql-shop-1",
    administrator_login_password=drawn.result,
    network={"delegated_subnet_resource_id": data.id, "private_dns_zone_arm_resource_id": zone.id},
    opts=ResourceOptions(depends_on=[link]),
)
reader = role("reader", identity.principal_id)
secret = azure.keyvault.Secret(
    "secret",
    resource_group_name=group.name,
    vault_name=vault.name,
    secret_name="database-url",
    properties={"value": pulumi.Output.concat("postgresql://", drawn.result, "@", database.fully_qualified_domain_name)},
)
where = environment("cae-shop", apps.id)
azure.app.ContainerApp(
    "web",
    container_app_name="web",
    environment_id=where.id,
    identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]},
    configuration={
        "secrets": [{"name": "url", "key_vault_url": secret.properties.secret_uri, "identity": identity.id}]
    },
    template={"containers": [{"name": "web", "image": "nginx:1.27", "resources": {"cpu": 0.5, "memory": "1Gi"}}]},
    opts=ResourceOptions(depends_on=[reader]),
    **inside,
)
"""


@pytest.fixture(scope="module")
def wrong(ignition, tmp_path_factory):
    return ignition("preview", "dev", cwd=project(tmp_path_factory.mktemp("wrong"), START + WRONG))


@pytest.mark.parametrize(("says", "name"), MISTAKES.items(), ids=list(MISTAKES))
def test_each_mistake_of_a_program_is_told_in_one_run(wrong, says, name):
    assert wrong.code != 0
    told = re.split(r"^\s*[\w-]+:[\w:/]+ \(([^)]+)\):?$", wrong.everything, flags=re.MULTILINE)
    by_name = dict(zip(told[1::2], told[2::2], strict=True))
    assert says in by_name.get(name, ""), wrong.everything


def test_a_right_program_passes_without_a_word(ignition, tmp_path):
    ran = ignition("preview", "dev", cwd=project(tmp_path, START + RIGHT))
    assert ran.code == 0, ran.everything
    assert "warning" not in ran.everything
