"""Right programs that come close to what others got wrong: other regions and subscriptions, values that are not known, what was there."""

from __future__ import annotations

from typing import Any

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.published_azure import (
    CRYPTO_USER,
    OWN,
    encrypted,
    encrypted_registry,
    key,
    locked_vault,
    managed,
    opened_to,
    own_domain,
    peering,
    private_registry,
    pulls,
)
from tests.conformance.plans.resources import (
    APPS,
    PG,
    RG,
    SUB,
    TENANT,
    Made,
    app,
    arm,
    bucket,
    cf,
    endpoint,
    environment,
    group,
    identity,
    ingress,
    link,
    of_bucket,
    of_server,
    record,
    role,
    secret,
    server,
    setting,
    subnet,
    vault,
    vnet,
    within,
    workspace,
    zone,
)

OTHER = "/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups/rg-shop"
THERE = f"{SUB}/resourceGroups/rg-shared"
NETWORKS = "providers/Microsoft.Network/virtualNetworks"


def _replica(name: str, *after: str, **more: Any) -> Made:
    return server(
        name,
        createMode="Replica",
        sourceServerResourceId=Ref("source"),
        administratorLogin=None,
        administratorLoginPassword=None,
        depends_on=[*after],
        **more,
    )


def _inline(name: str, prefix: str, service: str | None = None, **more: Any) -> dict[str, Any]:
    delegations = [{"name": "d", "serviceName": service}] if service else []
    return {"name": name, "addressPrefix": prefix, "delegations": delegations, **more}


PUBLISHED_RIGHT: dict[str, Sketch] = {
    "a network peered with one of its own name in another subscription": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", virtualNetworkPeerings=[peering(f"{OTHER}/{NETWORKS}/vnet-shop")]),
    ),
    "an app in an environment of another subscription that has the name of one here": Sketch(
        group=group(location="westeurope"),
        env=environment(location="westeurope"),
        web=app(environmentId=f"{OTHER}/providers/Microsoft.App/managedEnvironments/cae-shop"),
    ),
    "an endpoint in the subnet of a landing zone, beside a network of the same name": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", location="westeurope"),
        vault=vault(),
        pe=endpoint(f"{OTHER}/{NETWORKS}/vnet-shop/subnets/snet-endpoints", Ref("vault"), "vault"),
    ),
    "two networks of one name by two providers' subscriptions, peered by ids": Sketch(
        group=group(),
        hub=vnet("10.1.0.0/16", name="vnet-hub", virtualNetworkPeerings=[peering(f"{OTHER}/{NETWORKS}/vnet-hub")]),
        role=role(RG, TENANT, depends_on=["group"]),
    ),
    "a hub with two spokes that share no address, one peered by a whole id": Sketch(
        group=group(),
        one=vnet("10.1.0.0/16", name="vnet-one"),
        hub=vnet(
            "10.0.0.0/16",
            name="vnet-hub",
            virtualNetworkPeerings=[peering(Ref("one"), "one"), peering(f"{THERE}/{NETWORKS}/vnet-one", "two")],
        ),
    ),
    "a hub that is peered with parts of two spokes with the same addresses": Sketch(
        group=group(),
        one=vnet("10.1.0.0/16", name="vnet-one"),
        two=vnet("10.1.0.0/16", name="vnet-two"),
        hub=vnet(
            "10.0.0.0/16",
            name="vnet-hub",
            virtualNetworkPeerings=[
                peering(Ref("one"), "one", peerCompleteVnets=False),
                peering(Ref("two"), "two", peerCompleteVnets=False),
            ],
        ),
    ),
    "everything in inline subnets": Sketch(
        group=group(),
        vnet=vnet(
            "10.0.0.0/16",
            subnets=[
                _inline("snet-apps", "10.0.0.0/23", APPS, serviceEndpoints=[{"service": "Microsoft.KeyVault"}]),
                _inline("snet-data", "10.0.2.0/28", PG),
                _inline("snet-endpoints", "10.0.3.0/27"),
            ],
        ),
        env=environment(
            vnetConfiguration={"infrastructureSubnetId": f"{RG}/{NETWORKS}/vnet-shop/subnets/snet-apps"},
            depends_on=["vnet"],
        ),
        zone=zone("shop.private.postgres.database.azure.com"),
        link=link("zone", Ref("vnet")),
        server=server(
            network={
                "delegatedSubnetResourceId": f"{RG}/{NETWORKS}/vnet-shop/subnets/snet-data",
                "privateDnsZoneArmResourceId": Ref("zone"),
            },
            depends_on=["link"],
        ),
        vault=opened_to(f"{RG}/{NETWORKS}/vnet-shop/subnets/snet-apps", "vnet"),
        pe=endpoint(f"{RG}/{NETWORKS}/vnet-shop/subnets/snet-endpoints", Ref("vault"), "vault", depends_on=["vnet"]),
    ),
    "a NAT gateway and a route table of the network's region": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        nat=arm("network:NatGateway", **within(), natGatewayName="ng-shop", sku={"name": "Standard"}),
        routes=arm("network:RouteTable", **within(), routeTableName="rt-shop"),
        apps=subnet("snet-apps", "10.0.0.0/23", APPS, natGateway={"id": Ref("nat")}, routeTable={"id": Ref("routes")}),
        env=environment("apps"),
    ),
    "an app that pulls from a private registry": Sketch(**private_registry(), web=pulls("role", "groups")),
    "an app that pulls from a private registry of a landing zone that makes the zone groups": Sketch(
        **{name: each for name, each in private_registry().items() if name not in {"zone", "link", "groups"}},
        web=pulls("role", "pe"),
    ),
    "an encrypted registry and an encrypted server with one key": Sketch(
        group=group(),
        id=identity(),
        vault=locked_vault(),
        key=key(),
        role=role(Ref("vault"), Ref("id", "principal_id"), CRYPTO_USER),
        registry=encrypted_registry("role"),
        server=encrypted("role"),
    ),
    "an encrypted server with geo-redundant copies": Sketch(
        group=group(),
        id=identity(),
        vault=locked_vault(),
        key=key(),
        far=locked_vault("kv-shop-far", sku={"family": "A", "name": "standard"}),
        role=role(Ref("group"), Ref("id", "principal_id"), CRYPTO_USER),
        server=encrypted(
            "role",
            backup={"geoRedundantBackup": "Enabled", "backupRetentionDays": 7},
            dataEncryption={
                "geoBackupKeyURI": "https://kv-paired.vault.azure.net/keys/data/0",
                "geoBackupUserAssignedIdentityId": Ref("id"),
            },
        ),
    ),
    "a server encrypted with a key of a vault of access policies": Sketch(
        group=group(),
        id=identity(),
        vault=locked_vault(
            enableRbacAuthorization=False,
            accessPolicies=[
                {
                    "tenantId": TENANT,
                    "objectId": Ref("id", "principal_id"),
                    "permissions": {"keys": ["Get", "WrapKey", "UnwrapKey"]},
                }
            ],
        ),
        key=key(),
        server=encrypted(),
    ),
    "a server encrypted with a key and an identity that were there": Sketch(
        group=group(),
        server=server(
            identity={
                "type": "UserAssigned",
                "userAssignedIdentities": [f"{THERE}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-db"],
            },
            dataEncryption={
                "type": "AzureKeyVault",
                "primaryKeyURI": "https://kv-shared.vault.azure.net/keys/data/0123456789abcdef0123456789abcdef",
                "primaryUserAssignedIdentityId": f"{THERE}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-db",
            },
        ),
    ),
    "two replicas, one after the other, in two regions": Sketch(
        group=group(),
        source=server(),
        database=of_server("Database", "source", databaseName="shop"),
        one=_replica("psql-one", "database"),
        two=_replica("psql-two", "one", location="westeurope"),
    ),
    "an environment with a domain of its own and a wildcard certificate": Sketch(
        group=group(),
        proof=record("asuid.apps.shop.example", "TXT", "A" * 64),
        origin=cf(
            "OriginCaCertificate",
            csr="-----BEGIN CERTIFICATE REQUEST-----",
            hostnames=["*.apps.shop.example"],
            requestType="origin-rsa",
        ),
        env=environment(**own_domain(certificateValue=Ref("origin", None)), depends_on=["proof"]),
    ),
    "a managed certificate where the zone lets its issuer issue": Sketch(
        group=group(),
        env=environment(),
        one=record("shop.example", "CAA", None, data={"flags": 0, "tag": "issue", "value": "letsencrypt.org"}),
        two=record("shop.example", "CAA", None, data={"flags": 0, "tag": "issue", "value": "digicert.com"}),
        www=record("www.shop.example", "CNAME", "web.shop-env.northeurope.azurecontainerapps.io", proxied=False),
        proof=record("asuid.www.shop.example", "TXT", "ABC"),
        web=app(
            **ingress(customDomains=[{"name": "www.shop.example", "bindingType": "Disabled"}]), depends_on=["proof"]
        ),
        cert=managed("www.shop.example", "www", "web", "one", "two"),
    ),
    "an app with additional ports inside its environment": Sketch(
        group=group(),
        env=environment(),
        web=app(**ingress(additionalPortMappings=[{"external": False, "targetPort": 5000, "exposedPort": 5000}])),
        api=app(
            "api", **ingress(additionalPortMappings=[{"external": False, "targetPort": 5000, "exposedPort": 5000}])
        ),
    ),
    "audit logs of a vault to a workspace of another region and subscription": Sketch(
        group=group(),
        log=workspace("westeurope"),
        vault=vault(),
        one=setting(Ref("vault"), "AuditEvent"),
        two=setting(
            Ref("vault"),
            "AuditEvent",
            name="ds-shared",
            workspaceId=f"{OTHER}/providers/Microsoft.OperationalInsights/workspaces/log-shop",
        ),
    ),
    "an alias with mail and text beside it": Sketch(
        alias=record("mail.shop.example", "CNAME", "mail.example.net"),
        mx=record("mail.shop.example", "MX", "mx.example.net", priority=10),
        text=record("mail.shop.example", "TXT", "v=spf1 -all"),
    ),
    "a secret and a key of one name": Sketch(group=group(), vault=vault(), secret=secret("data"), key=key()),
    "one bucket with rules of every kind": Sketch(
        bucket=bucket(jurisdiction="eu"),
        cors=of_bucket("R2BucketCors", jurisdiction="eu"),
        lock=of_bucket("R2BucketLock", jurisdiction="eu"),
        lifecycle=of_bucket("R2BucketLifecycle", jurisdiction="eu"),
    ),
    "an identity in an environment that was there": Sketch(
        group=group(),
        id=identity(),
        vault=vault(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        web=app(environmentId=f"{THERE}/providers/Microsoft.App/managedEnvironments/cae-shared", identity=OWN),
    ),
}
