"""
Wrong plans whose resources name one another in literals as often as by reference; each resource is right by itself.

The clouds refuse each one as a whole.
"""

from __future__ import annotations

from typing import Any

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.resources import (
    ACCOUNT,
    APPS,
    RG,
    SUB,
    TENANT,
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

Made = tuple[str, dict[str, Any]]
OTHER_ACCOUNT = "e" * 32
OWNER = "77777777-7777-4777-8777-777777777777"
WWW = "www.shop.example"
OWN = {"type": "UserAssigned", "userAssignedIdentities": [Ref("id")]}
VNET = f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-shop"
KEY_VAULT = f"{RG}/providers/Microsoft.KeyVault/vaults/kv-shop"
PG_ZONE = "shop.private.postgres.database.azure.com"
ENTRA = {"activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled", "tenantId": TENANT}


def _elsewhere(made: Made, group: str = "other") -> Made:
    return made[0], {**made[1], "resourceGroupName": Ref(group, "name")}


def _with(made: Made, **more: Any) -> Made:
    return made[0], {**made[1], **more}


def _credential(name: str, subject: str, *after: str, identity: Any = None) -> Made:
    return arm(
        "managedidentity:FederatedIdentityCredential",
        resourceGroupName=Ref("group", "name"),
        resourceName=identity or Ref("id", "name"),
        federatedIdentityCredentialResourceName=name,
        issuer="https://token.actions.githubusercontent.com",
        subject=subject,
        audiences=["api://AzureADTokenExchange"],
        depends_on=[*after],
    )


def _administrator(object_id: Any, server: Any = None, *after: str) -> Made:
    return of_server(
        "AdministratorsMicrosoftEntra",
        objectId=object_id,
        principalName="operators",
        principalType="Group",
        tenantId=TENANT,
        depends_on=[*after],
        **({"serverName": server} if server else {}),
    )


def _managed(name: str, subject: str, *after: str, **more: Any) -> Made:
    given = {
        **within(),
        "environmentName": Ref("env", "name"),
        "managedCertificateName": name,
        "properties": {"subjectName": subject, "domainControlValidation": "CNAME"},
        "depends_on": [*after],
        **more,
    }
    return arm("app:ManagedCertificate", **given)


def _groups(name: str, zone_name: str = "zone") -> Made:
    return arm(
        "network:PrivateDnsZoneGroup",
        resourceGroupName="rg-shop",
        privateEndpointName=Ref("pe", "name"),
        privateDnsZoneGroupName=name,
        privateDnsZoneConfigs=[{"name": "z", "privateDnsZoneId": Ref(zone_name)}],
    )


def _lock(scope: Any, name: str, level: str = "CanNotDelete", *after: str) -> Made:
    return arm("authorization:ManagementLockByScope", scope=scope, lockName=name, level=level, depends_on=[*after])


def _key(**properties: Any) -> Made:
    return arm(
        "keyvault:Key",
        resourceGroupName=Ref("group", "name"),
        vaultName=Ref("vault", "name"),
        keyName="data",
        properties={"kty": "RSA", "keySize": 3072, **properties},
    )


def _encrypted(*after: str) -> Made:
    return server(
        identity=OWN,
        dataEncryption={
            "type": "AzureKeyVault",
            "primaryKeyURI": Ref("key", "key_uri_with_version"),
            "primaryUserAssignedIdentityId": Ref("id"),
        },
        depends_on=[*after],
    )


def _access(name: str, uri: str, **more: Any) -> Made:
    given = {
        "accountId": ACCOUNT,
        "name": name,
        "type": "self_hosted",
        "destinations": [{"type": "public", "uri": uri}],
    }
    return cf("ZeroTrustAccessApplication", **{**given, **more})


def _pin(name: str) -> Made:
    return cf("ZeroTrustAccessIdentityProvider", accountId=ACCOUNT, name=name, type="onetimepin", config={})


def _host(**binding: Any) -> dict[str, Any]:
    return ingress(customDomains=[{"name": WWW, "bindingType": "Disabled", **binding}])


def _application(name: str, **more: Any) -> Made:
    return "azuread:index/application:Application", {"displayName": name, **more}


def _six_settings() -> dict[str, Made]:
    workspaces = f"{RG}/providers/Microsoft.OperationalInsights/workspaces"
    return {
        f"s{each}": setting(KEY_VAULT, "AuditEvent", name=f"ds-{each}", workspaceId=f"{workspaces}/log-{each}")
        for each in range(6)
    }


_ONE_OF_A_KIND: dict[str, Sketch] = {
    "two apps of one name, one in its group by reference": Sketch(
        group=group(), env=environment(), one=app("web"), two=app("web", resourceGroupName="rg-shop")
    ),
    "one registry name in two groups": Sketch(
        group=group(), other=group("rg-other"), one=registry(), two=_elsewhere(registry("Premium"))
    ),
    "one server name in two regions": Sketch(
        group=group(), other=group("rg-other"), one=server(), two=_elsewhere(server(location="uksouth"))
    ),
    "one vault name in two cases": Sketch(
        group=group(), other=group("rg-other"), one=vault("kv-shop"), two=_elsewhere(vault("KV-Shop"))
    ),
    "two managed certificates for one host": Sketch(
        group=group(), env=environment(), one=_managed("a", WWW), two=_managed("b", WWW.upper(), "one")
    ),
    "two credentials for one subject": Sketch(
        group=group(),
        id=identity(),
        one=_credential("a", "repo:shop/web:environment:prod"),
        two=_credential("b", "repo:shop/web:environment:prod", "one", identity="id-web"),
    ),
    "one role twice, over a vault by reference and by id": Sketch(
        group=group(),
        vault=vault(),
        id=identity(),
        one=role(Ref("vault"), Ref("id", "principal_id")),
        two=role(KEY_VAULT, Ref("id", "principal_id"), depends_on=["vault"]),
    ),
    "one role assignment name for two principals": Sketch(
        group=group(),
        one=role(Ref("group"), OWNER, roleAssignmentName="88888888-8888-4888-8888-888888888888"),
        two=role(Ref("group"), TENANT, roleAssignmentName="88888888-8888-4888-8888-888888888888"),
    ),
    "two one-time-pin providers": Sketch(one=_pin("pin"), two=_pin("pin-too")),
    "an alias in two cases": Sketch(
        one=record("WWW.shop.example", "CNAME", "a.example.net"), two=record(WWW, "CNAME", "b.example.net")
    ),
    "an alias beside an IPv6 address": Sketch(
        one=record(WWW, "AAAA", "2001:db8::1"), two=record(f"{WWW}.", "CNAME", "a.example.net")
    ),
    "one text record twice": Sketch(
        one=record("shop.example", "TXT", '"v=spf1 -all"'), two=record("shop.example", "TXT", '"v=spf1 -all"', ttl=1)
    ),
    "all logs of a vault to one workspace twice": Sketch(
        group=group(),
        log=workspace(),
        vault=vault(),
        one=setting(Ref("vault"), logs=[{"categoryGroup": "allLogs", "enabled": True}]),
        two=setting(KEY_VAULT, name="b", logs=[{"categoryGroup": "allLogs", "enabled": True}], depends_on=["vault"]),
    ),
    "six diagnostic settings on one vault": Sketch(**_six_settings()),
    "one lock name on a group by reference and by id": Sketch(
        group=group(), one=_lock(Ref("group"), "keep"), two=_lock(RG, "keep", "ReadOnly", "one")
    ),
    "one budget name on a group by reference and by id": Sketch(
        group=group(),
        one=arm("consumption:Budget", scope=Ref("group"), budgetName="b", amount=10),
        two=arm("consumption:Budget", scope=RG, budgetName="b", amount=20, depends_on=["group"]),
    ),
    "one network linked to a zone twice": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        zone=zone("privatelink.vaultcore.azure.net"),
        one=link("zone", Ref("vnet"), "a"),
        two=link("zone", VNET, "b", depends_on=["vnet"]),
    ),
    "one network linked to two zones of one name": Sketch(
        group=group(),
        other=group("rg-other"),
        one=zone("privatelink.vaultcore.azure.net"),
        two=zone("privatelink.vaultcore.azure.net", "other"),
        l1=link("one", VNET, "a"),
        l2=link("two", VNET, "b", "other"),
    ),
    "one network that registers in two zones": Sketch(
        group=group(),
        one=zone("a.internal.example"),
        two=zone("b.internal.example"),
        l1=link("one", VNET, "a", registrationEnabled=True),
        l2=link("two", VNET, "b", registrationEnabled=True),
    ),
    "two zone groups on one endpoint": Sketch(
        group=group(),
        zone=zone("privatelink.vaultcore.azure.net"),
        pe=endpoint(f"{VNET}/subnets/pes", KEY_VAULT, "vault"),
        one=_groups("default"),
        two=_groups("extra"),
    ),
    "two service principals of one application": Sketch(
        application=_application("Shop"),
        one=("azuread:index/servicePrincipal:ServicePrincipal", {"clientId": Ref("application", "client_id")}),
        two=("azuread:index/servicePrincipal:ServicePrincipal", {"clientId": Ref("application", "client_id")}),
    ),
    "one identifier URI for two applications": Sketch(
        one=_application("Shop", identifierUris=["api://shop.example"]),
        two=_application("Stock", identifierUris=["api://shop.example"]),
    ),
    "one host behind two Access applications": Sketch(
        one=_access("a", "admin.shop.example"), two=_access("b", "Admin.shop.example/")
    ),
    "one secret in two cases in a vault by reference and by name": Sketch(
        group=group(),
        vault=vault(),
        one=secret("db-url"),
        two=secret("DB-URL", vaultName="kv-shop", depends_on=["vault"]),
    ),
    "one principal twice as a server's administrator": Sketch(
        group=group(),
        server=server(authConfig=ENTRA),
        one=_administrator(OWNER),
        two=_administrator(OWNER, "psql-shop", "one"),
    ),
    "two environments in one subnet": Sketch(
        group=group(),
        apps=subnet("apps", "10.0.0.0/23", APPS, virtualNetworkName="vnet-shop"),
        one=environment("apps"),
        two=environment(
            environmentName="cae-too",
            vnetConfiguration={"infrastructureSubnetId": f"{VNET}/subnets/apps"},
            depends_on=["apps"],
        ),
    ),
    "one host on two apps of an environment": Sketch(
        group=group(), env=environment(), one=app("one", **_host()), two=app("two", **_host(name=WWW.title()))
    ),
}

_RANGES: dict[str, Sketch] = {
    "a subnet outside a network that it names": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", name="vnet-shop"),
        apps=subnet("apps", "10.1.0.0/23", virtualNetworkName="vnet-shop", depends_on=["vnet"]),
    ),
    "a subnet over an inline one": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", subnets=[{"name": "apps", "addressPrefix": "10.0.0.0/23"}]),
        pes=subnet("pes", None, addressPrefixes=["10.0.1.0/27"]),
    ),
    "peered networks with the same addresses": Sketch(
        group=group(),
        hub=vnet("10.0.0.0/8", name="vnet-hub"),
        spoke=vnet(
            "10.9.0.0/16",
            name="vnet-spoke",
            virtualNetworkPeerings=[
                {
                    "name": "hub",
                    "remoteVirtualNetwork": {"id": f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-hub"},
                }
            ],
            depends_on=["hub"],
        ),
    ),
    "an environment in a range that the platform reserves": Sketch(
        group=group(),
        vnet=vnet("100.100.0.0/16"),
        apps=subnet("apps", "100.100.0.0/23", APPS),
        env=environment("apps"),
    ),
    "a consumption-only environment in a /24": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/24"),
        env=environment("apps", workloadProfiles=None),
    ),
    "a static address outside the endpoint's subnet": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("pes", "10.0.3.0/27"),
        vault=vault(),
        pe=endpoint(
            Ref("pes"),
            Ref("vault"),
            "vault",
            ipConfigurations=[
                {"name": "i", "groupId": "vault", "memberName": "default", "privateIPAddress": "10.0.3.40"}
            ],
        ),
    ),
    "one static address for two endpoints": Sketch(
        group=group(),
        **{
            name: endpoint(
                f"{VNET}/subnets/pes",
                f"{KEY_VAULT}-{name}",
                "vault",
                f"pe-{name}",
                ipConfigurations=[
                    {"name": "i", "groupId": "vault", "memberName": "default", "privateIPAddress": "10.0.3.10"}
                ],
            )
            for name in ("one", "two")
        },
    ),
    "an origin certificate of another host": Sketch(
        key=("tls:index/privateKey:PrivateKey", {"algorithm": "RSA", "rsaBits": 2048}),
        csr=("tls:index/certRequest:CertRequest", {"privateKeyPem": Ref("key", "private_key_pem")}),
        origin=cf(
            "OriginCaCertificate",
            csr=Ref("csr", "cert_request_pem"),
            hostnames=["*.shop.example"],
            requestType="origin-ecc",
        ),
    ),
}

_PLACES: dict[str, Sketch] = {
    "an endpoint in another region than the network that it names": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", subnets=[{"name": "pes", "addressPrefix": "10.0.3.0/27"}]),
        pe=endpoint(f"{VNET}/subnets/pes", KEY_VAULT, "vault", location="uksouth", depends_on=["vnet"]),
    ),
    "a security group in another region than its subnet's network": Sketch(
        group=group(),
        rules=arm("network:NetworkSecurityGroup", **{**within(), "location": "uksouth"}, networkSecurityGroupName="n"),
        vnet=vnet("10.0.0.0/16"),
        web=subnet("web", "10.0.1.0/24", networkSecurityGroup={"id": Ref("rules")}),
    ),
    "a subnet in another group than its network": Sketch(
        group=group(),
        other=group("rg-other"),
        vnet=vnet("10.0.0.0/16"),
        web=_elsewhere(subnet("web", "10.0.1.0/24")),
    ),
    "an app in another region than the environment that it names": Sketch(
        group=group(),
        env=environment(),
        web=app(
            environmentId=f"{RG}/providers/Microsoft.App/managedEnvironments/cae-shop",
            location="UK South",
            depends_on=["env"],
        ),
    ),
    "a policy of another account": Sketch(
        allow=cf(
            "ZeroTrustAccessPolicy",
            accountId=OTHER_ACCOUNT,
            name="allow",
            decision="allow",
            includes=[{"everyone": {}}],
        ),
        admin=_access("admin", "admin.shop.example", policies=[{"id": Ref("allow"), "precedence": 1}]),
    ),
    "rules for a bucket of another jurisdiction": Sketch(
        bucket=bucket(jurisdiction="eu"), cors=of_bucket("R2BucketCors", "shop-files", depends_on=["bucket"])
    ),
}

_FITS: dict[str, Sketch] = {
    "a firewall rule on a private server that it names": Sketch(
        group=group(),
        server=server(
            network={
                "delegatedSubnetResourceId": f"{VNET}/subnets/data",
                "privateDnsZoneArmResourceId": f"{RG}/providers/Microsoft.Network/privateDnsZones/{PG_ZONE}",
            }
        ),
        office=of_server(
            "FirewallRule",
            serverName="psql-shop",
            firewallRuleName="office",
            startIpAddress="203.0.113.7",
            endIpAddress="203.0.113.7",
            depends_on=["server"],
        ),
    ),
    "a pool of connections on a burstable server": Sketch(
        group=group(),
        server=server(tier="Burstable"),
        pool=of_server("Configuration", configurationName="pgbouncer.enabled", value="true", source="user-override"),
    ),
    "a replica with less storage than its source": Sketch(
        group=group(),
        server=server(storage={"storageSizeGB": 256}),
        copy=server(
            "psql-copy",
            createMode="Replica",
            sourceServerResourceId=Ref("server"),
            storage={"storageSizeGB": 128},
        ),
    ),
    "an elliptic-curve key for a server's data": Sketch(
        group=group(),
        vault=vault(enablePurgeProtection=True),
        key=_key(kty="EC", curveName="P-256", keySize=None),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id"), f"{SUB}/x/e147488a-f6f5-4113-8e2d-b22465e65bf6"),
        server=_encrypted("role"),
    ),
    "an endpoint to a server that is in a subnet": Sketch(
        group=group(),
        server=server(
            network={
                "delegatedSubnetResourceId": f"{VNET}/subnets/data",
                "privateDnsZoneArmResourceId": f"{RG}/providers/Microsoft.Network/privateDnsZones/{PG_ZONE}",
            }
        ),
        pe=endpoint(f"{VNET}/subnets/pes", Ref("server"), "postgresqlServer"),
    ),
    "a managed identity given a role as a user": Sketch(
        group=group(), id=identity(), role=role(Ref("group"), Ref("id", "principal_id"), principalType="User")
    ),
    "a role for an identity's client id": Sketch(
        group=group(), id=identity(), role=role(Ref("group"), Ref("id", "client_id"))
    ),
    "a role for an application instead of its service principal": Sketch(
        group=group(), application=_application("Shop"), role=role(Ref("group"), Ref("application", "object_id"))
    ),
    "logs to a workspace's customer id": Sketch(
        group=group(),
        log=workspace(),
        vault=vault(),
        one=setting(Ref("vault"), "AuditEvent", workspaceId=Ref("log", "customer_id")),
    ),
    "a certificate of another environment": Sketch(
        group=group(),
        env=environment(),
        second=environment(environmentName="cae-too"),
        cert=_managed("www", WWW, environmentName=Ref("second", "name")),
        web=app(**_host(bindingType="SniEnabled", certificateId=Ref("cert"))),
    ),
    "two processors in an app of a consumption-only environment": Sketch(
        group=group(),
        env=environment(workloadProfiles=None),
        web=app(template={"containers": [{"name": "w", "image": "a:1", "resources": {"cpu": 4, "memory": "8Gi"}}]}),
    ),
}

WRONG_BY_NAME: dict[str, Sketch] = {**_ONE_OF_A_KIND, **_RANGES, **_PLACES, **_FITS}
"""What is wrong, and the plan."""

UNORDERED: dict[str, Sketch] = {
    "a secret's reader before its role, the secret by its address": Sketch(
        group=group(),
        vault=vault(),
        id=identity(),
        role=role(KEY_VAULT, Ref("id", "principal_id"), depends_on=["vault"]),
        env=environment(),
        web=app(
            identity=OWN,
            configuration={
                "secrets": [
                    {"name": "u", "keyVaultUrl": "https://kv-shop.vault.azure.net/secrets/u", "identity": Ref("id")}
                ]
            },
        ),
    ),
    "a private server before its zone's link": Sketch(
        group=group(),
        zone=zone(PG_ZONE),
        link=link("zone", VNET),
        server=server(
            network={
                "delegatedSubnetResourceId": f"{VNET}/subnets/data",
                "privateDnsZoneArmResourceId": Ref("zone"),
            }
        ),
    ),
    "a firewall rule beside a database": Sketch(
        group=group(),
        server=server(),
        base=of_server("Database", databaseName="shop"),
        office=of_server(
            "FirewallRule", firewallRuleName="office", startIpAddress="203.0.113.7", endIpAddress="203.0.113.7"
        ),
    ),
    "a managed certificate beside the app that has its host": Sketch(
        group=group(),
        env=environment(),
        cname=record(WWW, "CNAME", Ref("env", None)),
        web=app(**_host()),
        cert=_managed("www", WWW, "cname"),
    ),
    "a host before the record that proves it": Sketch(
        group=group(), env=environment(), txt=record(f"asuid.{WWW}", "TXT", '"0A1B"'), web=app(**_host())
    ),
    "two credentials of one identity at once": Sketch(
        group=group(),
        id=identity(),
        one=_credential("a", "repo:shop/web:environment:dev"),
        two=_credential("b", "repo:shop/web:environment:prod"),
    ),
    "rules for a bucket that they name": Sketch(bucket=bucket(), cors=of_bucket("R2BucketCors", "shop-files")),
    "a server before the role over its key": Sketch(
        group=group(),
        vault=vault(enablePurgeProtection=True),
        key=_key(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id"), f"{SUB}/x/e147488a-f6f5-4113-8e2d-b22465e65bf6"),
        server=_encrypted(),
    ),
}
"""What may come too early, and the plan in which no dependency prevents it."""

WARNED: dict[str, Sketch] = {
    "two subnets of one network at once": Sketch(
        group=group(), vnet=vnet("10.0.0.0/16"), one=subnet("a", "10.0.0.0/24"), two=subnet("b", "10.0.1.0/24")
    ),
}
"""What the provider usually saves by trying again, and the plan."""

ASSUMED: dict[str, Sketch] = {
    "an environment in a subnet that it names": Sketch(
        group=group(),
        apps=subnet("apps", "10.0.0.0/23", APPS, virtualNetworkName="vnet-shop"),
        env=environment(vnetConfiguration={"infrastructureSubnetId": f"{VNET}/subnets/apps"}),
    ),
}
"""Wrong only if the subscription of a literal id is the program's own, of which nothing is known."""
