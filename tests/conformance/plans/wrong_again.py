"""More plans that the clouds refuse as a whole, written after the first rules stood, in search of what they miss."""

from __future__ import annotations

from typing import Any

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.resources import (
    ACCOUNT,
    ACR_PULL,
    APPS,
    PG,
    RG,
    TENANT,
    ZONE,
    alert,
    app,
    arm,
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

OWN = {"type": "UserAssigned", "userAssignedIdentities": [Ref("id")]}


def _reads(**secret: Any) -> dict[str, Any]:
    return {
        "identity": OWN,
        "configuration": {"secrets": [{"name": "u", "identity": Ref("id"), **secret}]},
    }


def _key(**more: Any) -> Any:
    return arm(
        "keyvault:Key",
        resourceGroupName=Ref("group", "name"),
        vaultName=Ref("vault", "name"),
        keyName="k",
        properties={"kty": "RSA", "keySize": 2048},
        **more,
    )


WRONG_AGAIN: dict[str, Sketch] = {
    "an app in another region, by the older name of its environment": Sketch(
        group=group(),
        env=environment(),
        app=app(environmentId=None, managedEnvironmentId=Ref("env"), location="uksouth"),
    ),
    "an environment in an inline subnet that is not delegated": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", subnets=[{"name": "apps", "addressPrefix": "10.0.0.0/23"}]),
        env=environment(
            vnetConfiguration={
                "infrastructureSubnetId": f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/apps"
            },
            depends_on=["vnet"],
        ),
    ),
    "an app that names a secret which nobody puts into its new vault": Sketch(
        group=group(),
        vault=vault(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        env=environment(),
        app=app(**_reads(keyVaultUrl="https://kv-shop.vault.azure.net/secrets/missing"), depends_on=["vault", "role"]),
    ),
    "an app that reads a disabled secret": Sketch(
        group=group(),
        vault=vault(),
        secret=secret(properties={"value": "x", "attributes": {"enabled": False}}),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        env=environment(),
        app=app(**_reads(keyVaultUrl=Ref("secret", None)), depends_on=["role"]),
    ),
    "an app that names a secret by its ARM id": Sketch(
        group=group(),
        vault=vault(),
        secret=secret(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        env=environment(),
        app=app(**_reads(keyVaultUrl=Ref("secret", "id")), depends_on=["role"]),
    ),
    "an app that reads with its own system identity from a new vault": Sketch(
        group=group(),
        vault=vault(),
        secret=secret(),
        env=environment(),
        app=app(
            identity={"type": "SystemAssigned"},
            configuration={"secrets": [{"name": "u", "identity": "system", "keyVaultUrl": Ref("secret", None)}]},
        ),
    ),
    "a certificate from a vault that its identity may not read": Sketch(
        group=group(),
        vault=vault(),
        secret=secret("tls"),
        id=identity(),
        env=environment(identity=OWN),
        cert=arm(
            "app:Certificate",
            resourceGroupName=Ref("group", "name"),
            environmentName=Ref("env", "name"),
            certificateName="c",
            properties={"certificateKeyVaultProperties": {"identity": Ref("id"), "keyVaultUrl": Ref("secret", None)}},
        ),
    ),
    "an app that pulls from a registry without public access or endpoint": Sketch(
        group=group(),
        registry=registry("Premium", publicNetworkAccess="Disabled"),
        id=identity(),
        role=role(Ref("registry"), Ref("id", "principal_id"), ACR_PULL),
        env=environment(),
        app=app(
            image="crshop.azurecr.io/web:1",
            identity=OWN,
            configuration={"registries": [{"server": Ref("registry", "login_server"), "identity": Ref("id")}]},
            depends_on=["role"],
        ),
    ),
    "a scale rule with a foreign identity": Sketch(
        group=group(),
        id=identity(),
        other=identity("id-other"),
        env=environment(),
        app=app(
            identity=OWN,
            template={
                "containers": [{"name": "w", "image": "a:1"}],
                "scale": {"rules": [{"name": "q", "custom": {"type": "x", "identity": Ref("other")}}]},
            },
        ),
    ),
    "two apps with one Dapr id": Sketch(
        group=group(),
        env=environment(),
        one=app("one", configuration={"dapr": {"enabled": True, "appId": "orders"}}),
        two=app("two", configuration={"dapr": {"enabled": True, "appId": "orders"}}),
    ),
    "two environments with one domain of their own": Sketch(
        group=group(),
        one=environment(customDomainConfiguration={"dnsSuffix": "apps.shop.example"}),
        two=environment(environmentName="cae-2", customDomainConfiguration={"dnsSuffix": "apps.shop.example"}),
    ),
    "a CNAME to an address of an environment": Sketch(
        group=group(), env=environment(), dns=record("www.shop.example", "CNAME", Ref("env", "static_ip"))
    ),
    "an address record with a host name": Sketch(
        group=group(), env=environment(), dns=record("www.shop.example", "A", Ref("env", "default_domain"))
    ),
    "a CNAME to a server's ARM id": Sketch(
        group=group(), server=server(), dns=record("db.shop.example", "CNAME", Ref("server", "id"))
    ),
    "a database of a replica": Sketch(
        group=group(),
        primary=server(),
        server=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("primary")),
        base=of_server("Database", databaseName="shop"),
    ),
    "a replica with geo-redundant backup": Sketch(
        group=group(),
        primary=server(),
        copy=server(
            "psql-copy",
            createMode="Replica",
            sourceServerResourceId=Ref("primary"),
            backup={"geoRedundantBackup": "Enabled"},
        ),
    ),
    "a replica with fewer connections than its primary": Sketch(
        group=group(),
        primary=server(),
        server=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("primary")),
        one=of_server(
            "Configuration", "primary", configurationName="max_connections", value="500", source="user-override"
        ),
        two=of_server("Configuration", configurationName="max_connections", value="100", source="user-override"),
    ),
    "a registry with a key that it may not read": Sketch(
        group=group(),
        vault=vault(enablePurgeProtection=True),
        key=_key(),
        id=identity(),
        other=identity("id-other"),
        registry=registry(
            "Premium",
            identity={"type": "UserAssigned", "userAssignedIdentities": [Ref("other")]},
            encryption={
                "status": "enabled",
                "keyVaultProperties": {"identity": Ref("id", "client_id"), "keyIdentifier": Ref("key", "key_uri")},
            },
        ),
    ),
    "a registry whose key can be purged": Sketch(
        group=group(),
        vault=vault(),
        key=_key(),
        id=identity(),
        registry=registry(
            "Premium",
            identity=OWN,
            encryption={
                "status": "enabled",
                "keyVaultProperties": {"identity": Ref("id", "client_id"), "keyIdentifier": Ref("key", "key_uri")},
            },
        ),
    ),
    "a role at a vault's name": Sketch(
        group=group(), vault=vault(), id=identity(), role=role(Ref("vault", "name"), Ref("id", "principal_id"))
    ),
    "a setting of a vault by its name": Sketch(
        group=group(), log=workspace(), vault=vault(), ds=setting(Ref("vault", "name"), "AuditEvent")
    ),
    "an alert over a server's host name": Sketch(
        group=group(), server=server(), alert=alert(Ref("server", "fully_qualified_domain_name"), "cpu_percent")
    ),
    "a lock on a server's name": Sketch(
        group=group(),
        server=server(),
        lock=arm(
            "authorization:ManagementLockByScope", scope=Ref("server", "name"), lockName="k", level="CanNotDelete"
        ),
    ),
    "an endpoint in the gateway's subnet": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        gw=subnet("GatewaySubnet", "10.0.9.0/27"),
        vault=vault(),
        pe=endpoint(Ref("gw"), Ref("vault"), "vault"),
    ),
    "a zone group for an environment of another region": Sketch(
        group=group(),
        env=environment(publicNetworkAccess="Disabled"),
        pe=endpoint("x", Ref("env"), "managedEnvironments"),
        zone=zone("privatelink.uksouth.azurecontainerapps.io"),
        zones=arm(
            "network:PrivateDnsZoneGroup",
            resourceGroupName=Ref("group", "name"),
            privateEndpointName=Ref("pe", "name"),
            privateDnsZoneGroupName="default",
            privateDnsZoneConfigs=[{"name": "z", "privateDnsZoneId": Ref("zone")}],
        ),
    ),
    "a query over a table that a new workspace does not have": Sketch(
        group=group(),
        log=workspace(),
        rule=arm(
            "monitor:ScheduledQueryRule",
            **{
                **within(),
                "ruleName": "q",
                "scopes": [Ref("log")],
                "criteria": {"allOf": [{"query": "ContainerAppConsoleLogs_CL | count", "threshold": 1}]},
            },
        ),
    ),
    "two servers in a network, one endpoint subnet of eight addresses": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/29"),
        vault=vault(),
        **{f"pe{number}": endpoint(Ref("pes"), Ref("vault"), "vault", f"pe-{number}") for number in range(4)},
    ),
    "a spoke that uses the gateway of a hub which does not lend it": Sketch(
        group=group(),
        hub=vnet("10.0.0.0/16", name="vnet-hub"),
        spoke=vnet(
            "10.1.0.0/16",
            virtualNetworkPeerings=[
                {"name": "p", "remoteVirtualNetwork": {"id": Ref("hub")}, "useRemoteGateways": True}
            ],
        ),
    ),
    "two applications of one name, where duplicates are prevented": Sketch(
        one=("azuread:index/application:Application", {"displayName": "Shop"}),
        two=("azuread:index/application:Application", {"displayName": "Shop", "preventDuplicateNames": True}),
    ),
    "an origin certificate for another host than the app's": Sketch(
        group=group(),
        env=environment(),
        key=("tls:index/privateKey:PrivateKey", {"algorithm": "RSA"}),
        csr=("tls:index/certRequest:CertRequest", {"privateKeyPem": Ref("key", "private_key_pem")}),
        origin=cf(
            "OriginCaCertificate",
            csr=Ref("csr", "cert_request_pem"),
            hostnames=["shop.example"],
            requestType="origin-rsa",
        ),
        cert=arm(
            "app:Certificate",
            resourceGroupName=Ref("group", "name"),
            environmentName=Ref("env", "name"),
            certificateName="c",
            properties={"value": Ref("origin", None, also=("key",))},
        ),
        app=app(
            **ingress(
                customDomains=[{"name": "www.shop.example", "bindingType": "SniEnabled", "certificateId": Ref("cert")}]
            )
        ),
    ),
    "a managed certificate behind Cloudflare's proxy": Sketch(
        group=group(),
        env=environment(),
        dns=record("www.shop.example", "CNAME", Ref("env", None), proxied=True, ttl=1),
        cert=arm(
            "app:ManagedCertificate",
            resourceGroupName=Ref("group", "name"),
            environmentName=Ref("env", "name"),
            managedCertificateName="c",
            properties={"subjectName": "www.shop.example", "domainControlValidation": "CNAME"},
            depends_on=["dns"],
        ),
    ),
    "a token of one account for a bucket of another": Sketch(
        bucket=cf("R2Bucket", accountId=ACCOUNT, name="shop-files"),
        token=cf(
            "AccountToken",
            accountId="e" * 32,
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
    "a certificate pack for another domain than its zone": Sketch(
        dns=record("www.shop.example", "A", "192.0.2.1"),
        pack=cf("CertificatePack", zoneId=ZONE, hosts=["store.test", "www.store.test"], type="advanced"),
    ),
    "a delegation and an address at one name": Sketch(
        one=record("eu.shop.example", "NS", "ns1.example.net"), two=record("eu.shop.example", "A", "192.0.2.1")
    ),
    "two one-time pins": Sketch(
        one=cf("ZeroTrustAccessIdentityProvider", accountId=ACCOUNT, name="pin", type="onetimepin", config={}),
        two=cf("ZeroTrustAccessIdentityProvider", accountId=ACCOUNT, name="pin 2", type="onetimepin", config={}),
    ),
    "cross-origin rules of a bucket in another account": Sketch(
        bucket=cf("R2Bucket", accountId=ACCOUNT, name="shop-files"),
        cors=of_bucket("R2BucketCors", accountId="e" * 32),
    ),
    "a server encrypted with a key of another region": Sketch(
        group=group(),
        vault=arm("keyvault:Vault", **{**vault(enablePurgeProtection=True)[1], "location": "uksouth"}),
        key=_key(),
        id=identity(),
        server=server(
            identity=OWN,
            dataEncryption={
                "type": "AzureKeyVault",
                "primaryKeyURI": Ref("key", "key_uri_with_version"),
                "primaryUserAssignedIdentityId": Ref("id"),
            },
        ),
    ),
    "an administrator of another tenant": Sketch(
        group=group(),
        server=server(authConfig={"activeDirectoryAuth": "Enabled", "tenantId": TENANT}),
        admin=of_server(
            "AdministratorsMicrosoftEntra",
            objectId="6" * 8 + "-6666-4666-8666-" + "6" * 12,
            principalName="dba",
            principalType="Group",
            tenantId="7" * 8 + "-7777-4777-8777-" + "7" * 12,
        ),
    ),
    "an environment beside endpoints": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23"),
        vault=vault(),
        pe=endpoint(Ref("apps"), Ref("vault"), "vault"),
        env=environment("apps", workloadProfiles=None),
    ),
    "a certificate in another region than its environment": Sketch(
        group=group(),
        env=environment(),
        cert=arm(
            "app:Certificate",
            resourceGroupName=Ref("group", "name"),
            environmentName=Ref("env", "name"),
            certificateName="c",
            location="uksouth",
            properties={"value": "YQ=="},
        ),
    ),
    "an environment that logs with another workspace's key": Sketch(
        group=group(),
        log=workspace(),
        old=workspace(workspaceName="log-old"),
        env=environment(
            appLogsConfiguration={
                "destination": "log-analytics",
                "logAnalyticsConfiguration": {"customerId": Ref("log", "customer_id"), "sharedKey": Ref("old", None)},
            }
        ),
    ),
    "a server with an identity's client id": Sketch(
        group=group(),
        id=identity(),
        server=server(identity={"type": "UserAssigned", "userAssignedIdentities": [Ref("id", "client_id")]}),
    ),
    "an app outside every network with a private vault": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.4.0/28"),
        vault=vault(publicNetworkAccess="Disabled"),
        secret=secret(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        pe=endpoint(Ref("pes"), Ref("vault"), "vault"),
        env=environment(),
        app=app(**_reads(keyVaultUrl=Ref("secret", None)), depends_on=["role", "pe"]),
    ),
    "an app in another network than its private vault": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        far=vnet("10.1.0.0/16", name="vnet-far"),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        pes=subnet("pes", "10.1.4.0/28", vnet="far"),
        vault=vault(publicNetworkAccess="Disabled"),
        secret=secret(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        pe=endpoint(Ref("pes"), Ref("vault"), "vault"),
        env=environment("apps"),
        app=app(**_reads(keyVaultUrl=Ref("secret", None)), depends_on=["role", "pe"]),
    ),
}

NO_ORDER: dict[str, Sketch] = {
    "two parameters of one server at once": Sketch(
        group=group(),
        server=server(),
        one=of_server("Configuration", configurationName="log_connections", value="on", source="user-override"),
        two=of_server("Configuration", configurationName="log_disconnections", value="on", source="user-override"),
    ),
    "a parameter and a database at once": Sketch(
        group=group(),
        server=server(),
        one=of_server("Configuration", configurationName="log_connections", value="on", source="user-override"),
        two=of_server("Database", databaseName="shop"),
    ),
    "an administrator and a database at once": Sketch(
        group=group(),
        server=server(authConfig={"activeDirectoryAuth": "Enabled"}),
        one=of_server(
            "AdministratorsMicrosoftEntra",
            objectId="6" * 8 + "-6666-4666-8666-" + "6" * 12,
            principalName="dba",
            principalType="Group",
            tenantId=TENANT,
        ),
        two=of_server("Database", databaseName="shop"),
    ),
    "two credentials of one identity at once": Sketch(
        group=group(),
        id=identity(),
        **{
            name: arm(
                "managedidentity:FederatedIdentityCredential",
                resourceGroupName=Ref("group", "name"),
                resourceName=Ref("id", "name"),
                federatedIdentityCredentialResourceName=f"gh-{name}",
                issuer="https://token.actions.githubusercontent.com",
                subject=f"repo:shop/web:environment:{name}",
                audiences=["api://AzureADTokenExchange"],
            )
            for name in ("dev", "prod")
        },
    ),
    "an app before the role that reads its secret": Sketch(
        group=group(),
        vault=vault(),
        secret=secret(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        env=environment(),
        app=app(**_reads(keyVaultUrl=Ref("secret", None))),
    ),
    "a job before the role that pulls its image": Sketch(
        group=group(),
        registry=registry(),
        id=identity(),
        role=role(Ref("registry"), Ref("id", "principal_id"), ACR_PULL),
        job=arm(
            "app:Job",
            **{
                **within(),
                "jobName": "j",
                "environmentId": "x",
                "identity": OWN,
                "configuration": {"registries": [{"server": Ref("registry", "login_server"), "identity": Ref("id")}]},
                "template": {"containers": [{"name": "j", "image": "crshop.azurecr.io/j:1"}]},
            },
        ),
    ),
    "a server before its zone is linked": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        data=subnet("d", "10.0.0.0/28", PG),
        zone=zone("shop.private.postgres.database.azure.com"),
        link=link("zone", Ref("vnet")),
        server=server(network={"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")}),
    ),
    "a host bound before its TXT record": Sketch(
        group=group(),
        env=environment(),
        txt=record("asuid.www.shop.example", "TXT", '"0123"'),
        cname=record("www.shop.example", "CNAME", Ref("env", None)),
        app=app(**ingress(customDomains=[{"name": "www.shop.example", "bindingType": "Disabled"}])),
    ),
    "a managed certificate before its record": Sketch(
        group=group(),
        env=environment(),
        dns=record("www.shop.example", "CNAME", Ref("env", None)),
        cert=arm(
            "app:ManagedCertificate",
            resourceGroupName=Ref("group", "name"),
            environmentName=Ref("env", "name"),
            managedCertificateName="c",
            properties={"subjectName": "www.shop.example", "domainControlValidation": "CNAME"},
        ),
    ),
    "a read-only lock before what is in its group": Sketch(
        group=group(),
        lock=arm("authorization:ManagementLockByScope", scope=Ref("group"), lockName="k", level="ReadOnly"),
        id=identity(),
    ),
    "cross-origin rules before their bucket": Sketch(
        bucket=cf("R2Bucket", accountId=ACCOUNT, name="shop-files"),
        cors=of_bucket("R2BucketCors", "shop-files"),
    ),
    "a secret before its vault": Sketch(
        group=group(),
        vault=vault(),
        secret=arm(
            "keyvault:Secret",
            resourceGroupName=Ref("group", "name"),
            vaultName="kv-shop",
            secretName="a",
            properties={"value": "x"},
        ),
    ),
    "a network before its group": Sketch(
        group=group(),
        vnet=arm(
            "network:VirtualNetwork",
            resourceGroupName="rg-shop",
            virtualNetworkName="v",
            addressSpace={"addressPrefixes": ["10.0.0.0/16"]},
        ),
    ),
    "an app before the way to its private vault": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        pes=subnet("pes", "10.0.4.0/28", depends_on=["apps"]),
        vault=vault(publicNetworkAccess="Disabled"),
        secret=secret(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        pe=endpoint(Ref("pes"), Ref("vault"), "vault"),
        zone=zone("privatelink.vaultcore.azure.net"),
        link=link("zone", Ref("vnet")),
        zones=arm(
            "network:PrivateDnsZoneGroup",
            resourceGroupName=Ref("group", "name"),
            privateEndpointName=Ref("pe", "name"),
            privateDnsZoneGroupName="default",
            privateDnsZoneConfigs=[{"name": "z", "privateDnsZoneId": Ref("zone")}],
        ),
        env=environment("apps"),
        app=app(**_reads(keyVaultUrl=Ref("secret", None)), depends_on=["role"]),
    ),
    "a server before the role for its key": Sketch(
        group=group(),
        vault=vault(enablePurgeProtection=True),
        key=_key(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id"), f"{RG}/x/e147488a-f6f5-4113-8e2d-b22465e65bf6"),
        server=server(
            identity=OWN,
            dataEncryption={
                "type": "AzureKeyVault",
                "primaryKeyURI": Ref("key", "key_uri_with_version"),
                "primaryUserAssignedIdentityId": Ref("id"),
            },
        ),
    ),
}
"""Plans in which nothing keeps an order that the service needs."""
