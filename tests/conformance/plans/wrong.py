"""
Plans of two to six resources, each right by itself, that the clouds refuse as a whole.

They were written type by type from the services' documentation, not from the rules, so that some of them show what the rules miss.
"""

from __future__ import annotations

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.resources import (
    ACCOUNT,
    APPS,
    PG,
    RG,
    TENANT,
    ZONE,
    alert,
    app,
    arm,
    bucket,
    bucket_resource,
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
    registry,
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

WRONG: dict[str, Sketch] = {
    # networks
    "two subnets with one name in different case": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        one=subnet("Data", "10.0.1.0/24"),
        two=subnet("data", "10.0.2.0/24", depends_on=["one"]),
    ),
    "a subnet of several ranges, one of which is another subnet's": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        one=subnet("a", "10.0.1.0/24"),
        two=subnet("b", None, addressPrefixes=["10.0.2.0/24", "10.0.1.0/25"], depends_on=["one"]),  # type: ignore[arg-type]
    ),
    "an IPv6 subnet outside its network's IPv6 space": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", "fd00:db8::/48"),
        one=subnet("a", None, addressPrefixes=["10.0.1.0/24", "fd00:db9::/64"]),  # type: ignore[arg-type]
    ),
    "a hub and a spoke with the same addresses": Sketch(
        group=group(),
        hub=vnet("10.0.0.0/16", name="vnet-hub"),
        spoke=vnet("10.0.0.0/16", virtualNetworkPeerings=[{"name": "p", "remoteVirtualNetwork": {"id": Ref("hub")}}]),
    ),
    "a security group of another region": Sketch(
        group=group(),
        nsg=arm("network:NetworkSecurityGroup", **{**within(), "networkSecurityGroupName": "n", "location": "uksouth"}),
        vnet=vnet("10.0.0.0/16"),
        one=subnet("a", "10.0.1.0/24", networkSecurityGroup={"id": Ref("nsg")}),
    ),
    "a subnet in the resource group of the app, its network in the group of networks": Sketch(
        net=group("rg-net"),
        group=group(),
        vnet=arm(
            "network:VirtualNetwork",
            **{**within("net"), "virtualNetworkName": "v", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
        ),
        one=subnet("a", "10.0.1.0/24"),
    ),
    # private endpoints
    "an endpoint beside the apps": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        vault=vault(),
        pe=endpoint(Ref("apps"), Ref("vault"), "vault"),
    ),
    "an endpoint beside the database": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        data=subnet("data", "10.0.4.0/28", PG),
        registry=registry("Premium"),
        pe=endpoint(Ref("data"), Ref("registry"), "registry"),
    ),
    "an endpoint to a basic registry": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28"),
        registry=registry("Basic"),
        pe=endpoint(Ref("pes"), Ref("registry"), "registry"),
    ),
    "an endpoint of a vault that asks for blobs": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28"),
        vault=vault(),
        pe=endpoint(Ref("pes"), Ref("vault"), "blob"),
    ),
    "an endpoint in another region than its network": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28"),
        vault=vault(),
        pe=endpoint(Ref("pes"), Ref("vault"), "vault", location="uksouth"),
    ),
    "an endpoint to a server that is in a network": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28"),
        server=server(
            network={"delegatedSubnetResourceId": f"{RG}/providers/Microsoft.Network/virtualNetworks/o/subnets/d"}
        ),
        pe=endpoint(Ref("pes"), Ref("server"), "postgresqlServer"),
    ),
    "a zone group with the zone of blobs for a vault": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28", depends_on=["vnet"]),
        vault=vault(),
        pe=endpoint(Ref("pes"), Ref("vault"), "vault"),
        zone=zone("privatelink.blob.core.windows.net"),
        zones=arm(
            "network:PrivateDnsZoneGroup",
            resourceGroupName=Ref("group", "name"),
            privateEndpointName=Ref("pe", "name"),
            privateDnsZoneGroupName="default",
            privateDnsZoneConfigs=[{"name": "z", "privateDnsZoneId": Ref("zone")}],
        ),
    ),
    "two static addresses that are one": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28"),
        vault=vault(),
        one=endpoint(
            Ref("pes"), Ref("vault"), "vault", ipConfigurations=[{"name": "i", "privateIPAddress": "10.0.4.5"}]
        ),
        two=endpoint(
            Ref("pes"), Ref("vault"), "vault", "pe-2", ipConfigurations=[{"name": "i", "privateIPAddress": "10.0.4.5"}]
        ),
    ),
    # private DNS
    "one network linked with two zones of one name": Sketch(
        group=group(),
        other=group("rg-dns"),
        vnet=vnet("10.0.0.0/16"),
        one=zone("shop.internal.example"),
        two=zone("shop.internal.example", "other"),
        l1=link("one", Ref("vnet")),
        l2=link("two", Ref("vnet"), group="other"),
    ),
    "a link to a subnet": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28"),
        zone=zone("privatelink.vaultcore.azure.net"),
        link=link("zone", Ref("pes")),
    ),
    "a zone linked twice with one network": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        zone=zone("privatelink.vaultcore.azure.net"),
        l1=link("zone", Ref("vnet"), "one"),
        l2=link("zone", Ref("vnet"), "two"),
    ),
    # container apps
    "an environment in a plain subnet": Sketch(
        group=group(), vnet=vnet("10.0.0.0/16"), apps=subnet("apps", "10.0.0.0/23"), env=environment("apps")
    ),
    "an environment in the database's subnet": Sketch(
        group=group(), vnet=vnet("10.0.0.0/16"), data=subnet("d", "10.0.0.0/24", PG), env=environment("data")
    ),
    "a consumption-only environment in a /24": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/24"),
        env=environment("apps", workloadProfiles=None),
    ),
    "two environments in one subnet": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        env=environment("apps"),
        two=environment("apps", environmentName="cae-two"),
    ),
    "an environment in another region than its subnet": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        env=environment("apps", location="westeurope"),
    ),
    "an app in another region than its environment": Sketch(
        group=group(), env=environment(), app=app(location="uksouth")
    ),
    "an app on a profile that its environment lacks": Sketch(
        group=group(), env=environment(), app=app(workloadProfileName="gpu")
    ),
    "a job larger than its node": Sketch(
        group=group(),
        env=environment(
            workloadProfiles=[{"name": "d4", "workloadProfileType": "D4", "minimumCount": 1, "maximumCount": 1}]
        ),
        job=arm(
            "app:Job",
            **{
                **within(),
                "jobName": "j",
                "environmentId": Ref("env"),
                "workloadProfileName": "d4",
                "template": {"containers": [{"name": "j", "image": "a:1", "resources": {"cpu": 6, "memory": "12Gi"}}]},
            },
        ),
    ),
    "two apps that serve one host": Sketch(
        group=group(),
        env=environment(),
        one=app("one", **ingress(customDomains=[{"name": "www.shop.example", "bindingType": "Disabled"}])),
        two=app("two", **ingress(customDomains=[{"name": "www.shop.example", "bindingType": "Disabled"}])),
    ),
    "a redis for the outside in an environment without a network": Sketch(
        group=group(),
        env=environment(),
        redis=app("redis", **ingress(transport="tcp", targetPort=6379, exposedPort=6379)),
    ),
    "two databases for the outside on one port": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        env=environment("apps"),
        one=app("one", **ingress(transport="tcp", targetPort=5432, exposedPort=5432)),
        two=app("two", **ingress(transport="tcp", targetPort=5432, exposedPort=5432)),
    ),
    "an app that reads a secret with another app's identity": Sketch(
        group=group(),
        vault=vault(enableRbacAuthorization=False, accessPolicies=[]),
        secret=secret(),
        mine=identity(),
        theirs=identity("id-other"),
        env=environment(),
        app=app(
            identity={"type": "UserAssigned", "userAssignedIdentities": [Ref("mine")]},
            configuration={"secrets": [{"name": "u", "keyVaultUrl": Ref("secret", None), "identity": Ref("theirs")}]},
        ),
    ),
    "an app that pulls without AcrPull": Sketch(
        group=group(),
        registry=registry(),
        id=identity(),
        env=environment(),
        app=app(
            image="crshop.azurecr.io/web:1",
            identity={"type": "UserAssigned", "userAssignedIdentities": [Ref("id")]},
            configuration={"registries": [{"server": Ref("registry", "login_server"), "identity": Ref("id")}]},
        ),
    ),
    "an app whose certificate is in another environment": Sketch(
        group=group(),
        env=environment(),
        other=environment(environmentName="cae-other"),
        cert=arm(
            "app:Certificate",
            resourceGroupName=Ref("group", "name"),
            environmentName=Ref("other", "name"),
            certificateName="c",
            properties={"value": "YQ=="},
        ),
        app=app(
            **ingress(
                customDomains=[{"name": "www.shop.example", "bindingType": "SniEnabled", "certificateId": Ref("cert")}]
            )
        ),
    ),
    "an environment that logs to a workspace's ARM id": Sketch(
        group=group(),
        log=workspace(),
        env=environment(
            appLogsConfiguration={
                "destination": "log-analytics",
                "logAnalyticsConfiguration": {"customerId": Ref("log"), "sharedKey": "k"},
            }
        ),
    ),
    # postgres
    "a server in a subnet for apps": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/24", APPS),
        zone=zone("shop.private.postgres.database.azure.com"),
        link=link("zone", Ref("vnet")),
        server=server(
            network={"delegatedSubnetResourceId": Ref("apps"), "privateDnsZoneArmResourceId": Ref("zone")},
            depends_on=["link"],
        ),
    ),
    "a server with a zone of its own invention": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        data=subnet("d", "10.0.0.0/28", PG),
        zone=zone("db.shop.internal"),
        link=link("zone", Ref("vnet")),
        server=server(
            network={"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")},
            depends_on=["link"],
        ),
    ),
    "a server whose zone is linked with another network": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        elsewhere=vnet("10.9.0.0/16", name="vnet-else"),
        data=subnet("d", "10.0.0.0/28", PG),
        zone=zone("shop.private.postgres.database.azure.com"),
        link=link("zone", Ref("elsewhere")),
        server=server(
            network={"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")},
            depends_on=["link"],
        ),
    ),
    "a replica of a burstable server": Sketch(
        group=group(),
        server=server(tier="Burstable"),
        copy=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("server")),
    ),
    "PgBouncer on a burstable server": Sketch(
        group=group(),
        server=server(tier="Burstable"),
        pool=of_server("Configuration", configurationName="pgbouncer.enabled", value="true", source="user-override"),
    ),
    "an administrator of a server that knows passwords alone": Sketch(
        group=group(),
        server=server(authConfig={"passwordAuth": "Enabled", "activeDirectoryAuth": "Disabled"}),
        id=identity(),
        admin=of_server(
            "AdministratorsMicrosoftEntra",
            objectId=Ref("id", "principal_id"),
            principalName="id-web",
            principalType="ServicePrincipal",
            tenantId=TENANT,
        ),
    ),
    "a firewall rule of a server in a network": Sketch(
        group=group(),
        server=server(
            network={
                "delegatedSubnetResourceId": f"{RG}/providers/Microsoft.Network/virtualNetworks/v/subnets/d",
                "privateDnsZoneArmResourceId": f"{RG}/providers/Microsoft.Network/privateDnsZones/a.postgres.database.azure.com",
            }
        ),
        rule=of_server("FirewallRule", firewallRuleName="all", startIpAddress="0.0.0.0", endIpAddress="0.0.0.0"),
    ),
    "a database in another resource group than its server": Sketch(
        group=group(),
        data=group("rg-data"),
        server=arm("dbforpostgresql:Server", **{**server()[1], "resourceGroupName": Ref("data", "name")}),
        base=of_server("Database", databaseName="shop"),
    ),
    "a replica with a smaller disk": Sketch(
        group=group(),
        server=server(storage={"storageSizeGB": 256}),
        copy=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("server")),
    ),
    "a replica of another version": Sketch(
        group=group(),
        server=server(version="17"),
        copy=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("server")),
    ),
    "a password drawn with six characters": Sketch(
        group=group(),
        pw=("random:index/randomPassword:RandomPassword", {"length": 6}),
        server=server(administratorLoginPassword=Ref("pw", "result")),
    ),
    "two servers with one name in two groups": Sketch(
        group=group(),
        other=group("rg-other"),
        one=server("psql-shop"),
        two=arm("dbforpostgresql:Server", **{**server()[1], "resourceGroupName": Ref("other", "name")}),
    ),
    # vault, registry, identity
    "two vaults whose names differ in case": Sketch(group=group(), one=vault("kv-Shop"), two=vault("kv-shop")),
    "a hardware key in a standard vault": Sketch(
        group=group(),
        vault=vault(),
        key=arm(
            "keyvault:Key",
            resourceGroupName=Ref("group", "name"),
            vaultName=Ref("vault", "name"),
            keyName="k",
            properties={"kty": "RSA-HSM", "keySize": 2048},
        ),
    ),
    "a vault opened to a subnet without its service endpoint": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        one=subnet("a", "10.0.1.0/24", serviceEndpoints=[{"service": "Microsoft.Storage"}]),
        vault=vault(networkAcls={"defaultAction": "Deny", "virtualNetworkRules": [{"id": Ref("one")}]}),
    ),
    "a role for an identity's client id": Sketch(
        group=group(), vault=vault(), id=identity(), role=role(Ref("vault"), Ref("id", "client_id"))
    ),
    "one role twice under two names": Sketch(
        group=group(),
        vault=vault(),
        id=identity(),
        one=role(Ref("vault"), Ref("id", "principal_id"), roleAssignmentName="4" * 8 + "-4444-4444-8444-" + "4" * 12),
        two=role(Ref("vault"), Ref("id", "principal_id"), roleAssignmentName="5" * 8 + "-5555-4555-8555-" + "5" * 12),
    ),
    "a role for a managed identity as a user": Sketch(
        group=group(),
        vault=vault(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id"), principalType="User"),
    ),
    "two credentials that trust one subject": Sketch(
        group=group(),
        id=identity(),
        **{
            name: arm(
                "managedidentity:FederatedIdentityCredential",
                resourceGroupName=Ref("group", "name"),
                resourceName=Ref("id", "name"),
                federatedIdentityCredentialResourceName=f"gh-{name}",
                issuer="https://token.actions.githubusercontent.com",
                subject="repo:shop/web:ref:refs/heads/main",
                audiences=["api://AzureADTokenExchange"],
                **({"depends_on": ["one"]} if name == "two" else {}),
            )
            for name in ("one", "two")
        },
    ),
    "two service principals of one application": Sketch(
        app=("azuread:index/application:Application", {"displayName": "Shop"}),
        one=("azuread:index/servicePrincipal:ServicePrincipal", {"clientId": Ref("app", "client_id")}),
        two=("azuread:index/servicePrincipal:ServicePrincipal", {"clientId": Ref("app", "client_id")}),
    ),
    # monitoring
    "logs of a server asked of a vault": Sketch(
        group=group(), log=workspace(), vault=vault(), ds=setting(Ref("vault"), "PostgreSQLLogs")
    ),
    "logs of an app, which its environment writes": Sketch(
        group=group(),
        log=workspace(),
        env=environment(),
        app=app(),
        ds=setting(Ref("app"), "ContainerAppConsoleLogs"),
    ),
    "audit logs sent twice to one workspace": Sketch(
        group=group(),
        log=workspace(),
        vault=vault(),
        one=setting(Ref("vault"), "AuditEvent"),
        two=setting(Ref("vault"), "AuditEvent", name="ds2"),
    ),
    "an alert on a server's processors, over an app": Sketch(
        group=group(), env=environment(), app=app(), alert=alert(Ref("app"), "cpu_percent")
    ),
    "an alert on a resource group": Sketch(group=group(), alert=alert(Ref("group"), "cpu_percent")),
    "a query in another region than its workspace": Sketch(
        group=group(),
        log=workspace("uksouth"),
        rule=arm(
            "monitor:ScheduledQueryRule",
            **{**within(), "ruleName": "q", "scopes": [Ref("log")], "criteria": {"allOf": []}},
        ),
    ),
    "a budget of one server": Sketch(
        group=group(),
        server=server(),
        budget=arm("consumption:Budget", scope=Ref("server"), budgetName="b", amount=10),
    ),
    # DNS and the edge
    "a CNAME beside an address": Sketch(
        one=record("www.shop.example", "A", "192.0.2.1"), two=record("www.shop.example", "CNAME", "shop.example.net")
    ),
    "one record twice": Sketch(
        one=record("shop.example", "TXT", '"v=spf1 -all"'), two=record("Shop.example", "TXT", '"v=spf1 -all"')
    ),
    "two rulesets of one phase": Sketch(
        one=cf("Ruleset", zoneId=ZONE, kind="zone", name="a", phase="http_request_firewall_custom", rules=[]),
        two=cf("Ruleset", zoneId=ZONE, kind="zone", name="b", phase="http_request_firewall_custom", rules=[]),
    ),
    "one zone setting twice": Sketch(
        one=cf("ZoneSetting", zoneId=ZONE, settingId="ssl", value="full"),
        two=cf("ZoneSetting", zoneId=ZONE, settingId="ssl", value="strict"),
    ),
    "one host behind two Access applications": Sketch(
        one=cf(
            "ZeroTrustAccessApplication",
            accountId=ACCOUNT,
            name="a",
            type="self_hosted",
            destinations=[{"type": "public", "uri": "intra.shop.example"}],
        ),
        two=cf(
            "ZeroTrustAccessApplication", accountId=ACCOUNT, name="b", type="self_hosted", domain="intra.shop.example"
        ),
    ),
    "a policy of another account": Sketch(
        policy=cf("ZeroTrustAccessPolicy", accountId="c" * 32, name="p", decision="allow", includes=[{"everyone": {}}]),
        app=cf(
            "ZeroTrustAccessApplication",
            accountId=ACCOUNT,
            name="a",
            type="self_hosted",
            destinations=[{"type": "public", "uri": "intra.shop.example"}],
            policies=[{"id": Ref("policy"), "precedence": 1}],
        ),
    ),
    "an origin certificate for an elliptic key, asked as RSA": Sketch(
        key=("tls:index/privateKey:PrivateKey", {"algorithm": "ECDSA", "ecdsaCurve": "P256"}),
        csr=(
            "tls:index/certRequest:CertRequest",
            {"privateKeyPem": Ref("key", "private_key_pem"), "dnsNames": ["www.shop.example"]},
        ),
        cert=cf(
            "OriginCaCertificate",
            csr=Ref("csr", "cert_request_pem"),
            hostnames=["www.shop.example"],
            requestType="origin-rsa",
        ),
    ),
    # R2
    "one bucket twice": Sketch(one=bucket(), two=bucket()),
    "rules of a bucket in another jurisdiction": Sketch(
        bucket=bucket(jurisdiction="eu"), cors=of_bucket("R2BucketCors")
    ),
    "two lifecycles of one bucket": Sketch(
        bucket=bucket(), one=of_bucket("R2BucketLifecycle"), two=of_bucket("R2BucketLifecycle")
    ),
    "a token for the default jurisdiction of a bucket in the EU": Sketch(
        bucket=bucket(jurisdiction="eu"),
        token=cf(
            "AccountToken",
            accountId=ACCOUNT,
            name="t",
            policies=[
                {
                    "effect": "allow",
                    "permissionGroups": [{"id": "d" * 32}],
                    "resources": bucket_resource(f"{ACCOUNT}_default_shop-files"),
                }
            ],
        ),
    ),
}
"""What a person would call the mistake, and the plan."""
