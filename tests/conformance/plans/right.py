"""
Right programs of the kinds that people publish, as plans: no rule must refuse one of them.

Only the facts are theirs: which resources stand together, and in which order.
"""

from __future__ import annotations

from typing import Any

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.resources import (
    ACCOUNT,
    ACR_PULL,
    APPS,
    PG,
    RG,
    SECRETS_USER,
    SUB,
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

Made = tuple[str, dict[str, Any]]
OWN = {"type": "UserAssigned", "userAssignedIdentities": [Ref("id")]}
PG_ZONE = "shop.private.postgres.database.azure.com"
WWW = "www.shop.example"


def _groups(zone_name: str = "zone", pe: str = "pe") -> Made:
    return arm(
        "network:PrivateDnsZoneGroup",
        resourceGroupName=Ref("group", "name"),
        privateEndpointName=Ref(pe, "name"),
        privateDnsZoneGroupName="default",
        privateDnsZoneConfigs=[{"name": "z", "privateDnsZoneId": Ref(zone_name)}],
    )


def _private_network() -> dict[str, Made]:
    return {
        "group": group(),
        "vnet": vnet("10.0.0.0/16"),
        "apps": subnet("snet-apps", "10.0.0.0/23", APPS),
        "data": subnet("snet-data", "10.0.2.0/28", PG, depends_on=["apps"]),
        "pes": subnet("snet-endpoints", "10.0.3.0/27", depends_on=["data"]),
    }


def _parameter(name: str, value: str, *after: str) -> Made:
    return of_server("Configuration", configurationName=name, value=value, source="user-override", depends_on=[*after])


def _database(*after: str, name: str = "shop") -> Made:
    return of_server("Database", databaseName=name, depends_on=[*after])


def _firewall(name: str, first: str, last: str, *after: str) -> Made:
    return of_server(
        "FirewallRule", firewallRuleName=name, startIpAddress=first, endIpAddress=last, depends_on=[*after]
    )


def _credential(name: str, subject: str, *after: str) -> Made:
    return arm(
        "managedidentity:FederatedIdentityCredential",
        resourceGroupName=Ref("group", "name"),
        resourceName=Ref("id", "name"),
        federatedIdentityCredentialResourceName=name,
        issuer="https://token.actions.githubusercontent.com",
        subject=subject,
        audiences=["api://AzureADTokenExchange"],
        depends_on=[*after],
    )


def _reads(*after: str, name: str = "web") -> Made:
    return app(
        name,
        identity=OWN,
        configuration={"secrets": [{"name": "u", "keyVaultUrl": Ref("secret", None), "identity": Ref("id")}]},
        depends_on=[*after],
    )


def _access(name: str, uri: str, **more: Any) -> Made:
    destinations = [{"type": "public", "uri": uri}]
    return cf(
        "ZeroTrustAccessApplication",
        **{"accountId": ACCOUNT, "name": name, "type": "self_hosted", "destinations": destinations, **more},
    )


def _rules(phase: str) -> Made:
    return cf("Ruleset", zoneId=ZONE, kind="zone", name="default", phase=phase, rules=[])


def _setting(name: str, value: Any) -> Made:
    return cf("ZoneSetting", zoneId=ZONE, settingId=name, value=value)


_KEY = ("tls:index/privateKey:PrivateKey", {"algorithm": "RSA", "rsaBits": 2048})
_REQUEST = ("tls:index/certRequest:CertRequest", {"privateKeyPem": Ref("key", "private_key_pem"), "dnsNames": [WWW]})


def _origin(*hosts: str, kind: str = "origin-rsa") -> Made:
    return cf("OriginCaCertificate", csr=Ref("csr", "cert_request_pem"), hostnames=[*hosts], requestType=kind)


_CERTIFICATE = arm(
    "app:Certificate",
    **within(),
    environmentName=Ref("env", "name"),
    certificateName="origin",
    properties={"value": Ref("origin", None, also=("key",))},
)
_BOUND = {"name": WWW, "bindingType": "SniEnabled", "certificateId": Ref("cert")}

RIGHT: dict[str, Sketch] = {
    "hub and two spokes": Sketch(
        group=group(),
        hub=vnet("10.0.0.0/16", name="vnet-hub"),
        gateway=subnet("GatewaySubnet", "10.0.255.0/27", vnet="hub"),
        one=vnet(
            "10.1.0.0/16",
            name="vnet-one",
            virtualNetworkPeerings=[{"name": "hub", "remoteVirtualNetwork": {"id": Ref("hub")}}],
        ),
        two=vnet(
            "10.2.0.0/16",
            name="vnet-two",
            virtualNetworkPeerings=[{"name": "hub", "remoteVirtualNetwork": {"id": Ref("hub")}}],
        ),
        apps=subnet("apps", "10.1.0.0/24", vnet="one"),
        same=subnet("apps", "10.2.0.0/24", vnet="two"),
    ),
    "two networks that are not peered and have the same addresses": Sketch(
        group=group(), one=vnet("10.0.0.0/16", name="vnet-dev"), two=vnet("10.0.0.0/16", name="vnet-prod")
    ),
    "a network with inline subnets and an environment in one": Sketch(
        group=group(),
        vnet=vnet(
            "10.0.0.0/16",
            subnets=[
                {"name": "apps", "addressPrefix": "10.0.0.0/23", "delegations": [{"name": "d", "serviceName": APPS}]},
                {"name": "pes", "addressPrefix": "10.0.2.0/27"},
            ],
        ),
        env=environment(vnetConfiguration={"infrastructureSubnetId": Ref("vnet", None)}),
    ),
    "a network of two address families": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", "fd00:db8::/48"),
        one=subnet("a", None, addressPrefixes=["10.0.0.0/24", "fd00:db8::/64"]),
    ),
    "subnets with a security group each": Sketch(
        group=group(),
        rules=arm("network:NetworkSecurityGroup", **within(), networkSecurityGroupName="nsg-web", securityRules=[]),
        vnet=vnet("10.0.0.0/16"),
        web=subnet("web", "10.0.1.0/24", networkSecurityGroup={"id": Ref("rules")}),
        db=subnet("db", "10.0.2.0/24", networkSecurityGroup={"id": Ref("rules")}, depends_on=["web"]),
    ),
    "resources whose region is their group's": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", location=None),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        env=environment("apps", location=None),
        web=app(location=None),
    ),
    "names that the provider makes up": Sketch(
        group=arm("resources:ResourceGroup", location="northeurope"),
        one=arm("keyvault:Vault", resourceGroupName=Ref("group", "name"), properties={"sku": {"name": "standard"}}),
        two=arm("keyvault:Vault", resourceGroupName=Ref("group", "name"), properties={"sku": {"name": "standard"}}),
        secret=arm(
            "keyvault:Secret",
            resourceGroupName=Ref("group", "name"),
            vaultName=Ref("one", "name"),
            secretName="a",
            properties={"value": "x"},
        ),
    ),
    "the same secret in two vaults": Sketch(
        group=group(),
        vault=vault("kv-shop-dev"),
        other=vault("kv-shop-prod"),
        one=secret("db-url"),
        two=secret("db-url", "other"),
    ),
    "container apps with a private vault": Sketch(
        **_private_network(),
        vault=vault(publicNetworkAccess="Disabled"),
        secret=secret(),
        zone=zone("privatelink.vaultcore.azure.net"),
        link=link("zone", Ref("vnet")),
        pe=endpoint(Ref("pes"), Ref("vault"), "vault"),
        zones=_groups(),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id")),
        env=environment("apps"),
        web=_reads("role", "zones"),
    ),
    "container apps with a public vault, the role over its resource group": Sketch(
        group=group(),
        vault=vault(),
        secret=secret(),
        id=identity(),
        role=role(Ref("group"), Ref("id", "principal_id")),
        wait=("time:index/sleep:Sleep", {"createDuration": "60s", "depends_on": ["role"]}),
        env=environment(),
        web=_reads("wait"),
    ),
    "container apps with a vault of access policies": Sketch(
        group=group(),
        id=identity(),
        vault=vault(
            enableRbacAuthorization=False,
            accessPolicies=[
                {"tenantId": TENANT, "objectId": Ref("id", "principal_id"), "permissions": {"secrets": ["get"]}}
            ],
        ),
        secret=secret(),
        env=environment(),
        web=_reads(),
    ),
    "an app that reads a vault which was there before": Sketch(
        group=group(),
        id=identity(),
        env=environment(),
        web=app(
            identity=OWN,
            configuration={
                "secrets": [
                    {"name": "u", "keyVaultUrl": "https://kv-old.vault.azure.net/secrets/u", "identity": Ref("id")}
                ]
            },
        ),
    ),
    "an app that pulls from a registry": Sketch(
        group=group(),
        registry=registry(),
        id=identity(),
        role=role(Ref("registry"), Ref("id", "principal_id"), ACR_PULL),
        env=environment(),
        web=app(
            image="crshop.azurecr.io/web:1",
            identity=OWN,
            configuration={"registries": [{"server": Ref("registry", "login_server"), "identity": Ref("id")}]},
            depends_on=["role"],
        ),
    ),
    "an app that pulls with the registry's admin user": Sketch(
        group=group(),
        registry=registry(adminUserEnabled=True),
        env=environment(),
        web=app(
            image="crshop.azurecr.io/web:1",
            configuration={
                "secrets": [{"name": "p", "value": Ref("registry", None)}],
                "registries": [{"server": "crshop.azurecr.io", "username": "crshop", "passwordSecretRef": "p"}],
            },
            depends_on=["registry"],
        ),
    ),
    "a system identity with a role that comes after the app": Sketch(
        group=group(),
        vault=vault(),
        env=environment(),
        web=app(identity={"type": "SystemAssigned"}),
        role=role(Ref("vault"), Ref("web", None)),
    ),
    "a consumption-only environment in a plain /23": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23"),
        env=environment("apps", workloadProfiles=None),
        web=app(),
    ),
    "an environment with a dedicated profile beside Consumption": Sketch(
        group=group(),
        env=environment(
            workloadProfiles=[
                {"name": "Consumption", "workloadProfileType": "Consumption"},
                {"name": "work", "workloadProfileType": "D8", "minimumCount": 1, "maximumCount": 3},
            ]
        ),
        web=app(),
        heavy=app(
            "heavy",
            workloadProfileName="work",
            template={"containers": [{"name": "h", "image": "a:1", "resources": {"cpu": 6, "memory": "24Gi"}}]},
        ),
    ),
    "an internal environment with TCP apps on two ports": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("apps", "10.0.0.0/23", APPS),
        env=environment(vnetConfiguration={"infrastructureSubnetId": Ref("apps"), "internal": True}),
        redis=app("redis", **ingress(transport="tcp", targetPort=6379, exposedPort=6379)),
        mq=app("mq", **ingress(transport="tcp", targetPort=5672, exposedPort=5672)),
    ),
    "two apps of one environment on one port for themselves": Sketch(
        group=group(),
        env=environment(),
        one=app("one", **ingress(external=False, transport="tcp", targetPort=6379)),
        two=app("two", **ingress(external=False, transport="tcp", targetPort=6379)),
    ),
    "logs of an environment to a workspace": Sketch(
        group=group(),
        log=workspace(),
        env=environment(
            appLogsConfiguration={
                "destination": "log-analytics",
                "logAnalyticsConfiguration": {"customerId": Ref("log", "customer_id"), "sharedKey": "key"},
            }
        ),
        web=app(),
    ),
    "a host behind Cloudflare with an origin certificate": Sketch(
        group=group(),
        env=environment(),
        key=_KEY,
        csr=_REQUEST,
        origin=_origin(WWW),
        cert=_CERTIFICATE,
        txt=record(f"asuid.{WWW}", "TXT", '"0A1B"'),
        cname=record(WWW, "CNAME", Ref("env", None), proxied=True, ttl=1),
        web=app(**ingress(customDomains=[_BOUND]), depends_on=["txt"]),
        strict=_setting("ssl", "strict"),
    ),
    "a wildcard origin certificate for two apps": Sketch(
        group=group(),
        env=environment(),
        key=("tls:index/privateKey:PrivateKey", {"algorithm": "ECDSA", "ecdsaCurve": "P256"}),
        csr=_REQUEST,
        origin=_origin("shop.example", "*.shop.example", kind="origin-ecc"),
        cert=_CERTIFICATE,
        one=app("one", **ingress(customDomains=[_BOUND])),
        two=app("two", **ingress(customDomains=[{**_BOUND, "name": "api.shop.example"}])),
    ),
    "a host with an automatic certificate": Sketch(
        group=group(),
        env=environment(),
        txt=record(f"asuid.{WWW}", "TXT", '"0A1B"'),
        cname=record(WWW, "CNAME", Ref("env", None)),
        web=app(**ingress(customDomains=[{"name": WWW, "bindingType": "Auto"}]), depends_on=["txt", "cname"]),
    ),
    "a managed certificate after its record and an app that has the host": Sketch(
        group=group(),
        env=environment(),
        txt=record(f"asuid.{WWW}", "TXT", '"0A1B"'),
        cname=record(WWW, "CNAME", Ref("env", None)),
        web=app(**ingress(customDomains=[{"name": WWW, "bindingType": "Disabled"}]), depends_on=["txt"]),
        cert=arm(
            "app:ManagedCertificate",
            **within(),
            environmentName=Ref("env", "name"),
            managedCertificateName="www",
            properties={"subjectName": WWW, "domainControlValidation": "CNAME"},
            depends_on=["cname", "web"],
        ),
    ),
    "a host at the apex with an address record": Sketch(
        group=group(),
        env=environment(),
        txt=record("asuid.shop.example", "TXT", '"0A1B"'),
        a=record("shop.example", "A", Ref("env", "static_ip")),
        mx=record("shop.example", "MX", "mx.example.net", priority=10),
        spf=record("shop.example", "TXT", '"v=spf1 include:example.net -all"'),
    ),
    "a public server with firewall rules": Sketch(
        group=group(),
        server=server(network={"publicNetworkAccess": "Enabled"}),
        azure=_firewall("azure", "0.0.0.0", "0.0.0.0"),
        office=_firewall("office", "203.0.113.0", "203.0.113.255"),
    ),
    "a public server with databases and parameters in a chain": Sketch(
        group=group(),
        server=server(),
        one=_parameter("require_secure_transport", "on"),
        two=_parameter("azure.extensions", "PGCRYPTO,UUID-OSSP", "one"),
        base=_database("two"),
        other=_database("base", name="reports"),
        office=_firewall("office", "203.0.113.7", "203.0.113.7", "other"),
    ),
    "a private server": Sketch(
        **_private_network(),
        zone=zone(PG_ZONE),
        link=link("zone", Ref("vnet")),
        server=server(
            network={"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")},
            highAvailability={"mode": "ZoneRedundant"},
            depends_on=["link"],
        ),
        base=_database(),
    ),
    "two private servers in one subnet with one zone": Sketch(
        **_private_network(),
        zone=zone(PG_ZONE),
        link=link("zone", Ref("vnet")),
        **{
            name: server(
                f"psql-{name}",
                network={"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")},
                depends_on=["link"],
            )
            for name in ("orders", "stock")
        },
    ),
    "a server behind a private endpoint": Sketch(
        **_private_network(),
        server=server(network={"publicNetworkAccess": "Disabled"}),
        zone=zone("privatelink.postgres.database.azure.com"),
        link=link("zone", Ref("vnet")),
        pe=endpoint(Ref("pes"), Ref("server"), "postgresqlServer"),
        zones=_groups(),
    ),
    "a server with a replica in another region": Sketch(
        group=group(),
        server=server(),
        copy=server(
            "psql-copy", createMode="Replica", sourceServerResourceId=Ref("server"), location="uksouth", version="16"
        ),
    ),
    "a server with Entra administrators": Sketch(
        group=group(),
        server=server(authConfig={"activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled", "tenantId": TENANT}),
        id=identity(),
        one=of_server(
            "AdministratorsMicrosoftEntra",
            objectId=Ref("id", "principal_id"),
            principalName="id-web",
            principalType="ServicePrincipal",
            tenantId=TENANT,
        ),
        two=of_server(
            "AdministratorsMicrosoftEntra",
            objectId="6" * 8 + "-6666-4666-8666-" + "6" * 12,
            principalName="operators",
            principalType="Group",
            tenantId=TENANT,
            depends_on=["one"],
        ),
    ),
    "a server with a key of its own": Sketch(
        group=group(),
        vault=vault(enablePurgeProtection=True),
        key=arm(
            "keyvault:Key",
            resourceGroupName=Ref("group", "name"),
            vaultName=Ref("vault", "name"),
            keyName="data",
            properties={"kty": "RSA", "keySize": 3072},
        ),
        id=identity(),
        role=role(Ref("vault"), Ref("id", "principal_id"), f"{SUB}/x/e147488a-f6f5-4113-8e2d-b22465e65bf6"),
        server=server(
            identity=OWN,
            dataEncryption={
                "type": "AzureKeyVault",
                "primaryKeyURI": Ref("key", "key_uri_with_version"),
                "primaryUserAssignedIdentityId": Ref("id"),
            },
            depends_on=["role"],
        ),
    ),
    "a server whose password is drawn": Sketch(
        group=group(),
        pw=("random:index/randomPassword:RandomPassword", {"length": 24, "special": False}),
        server=server(administratorLoginPassword=Ref("pw", "result")),
    ),
    "a registry behind a private endpoint": Sketch(
        **_private_network(),
        registry=registry("Premium", publicNetworkAccess="Disabled"),
        zone=zone("privatelink.azurecr.io"),
        link=link("zone", Ref("vnet")),
        pe=endpoint(Ref("pes"), Ref("registry"), "registry"),
        zones=_groups(),
    ),
    "an environment behind a private endpoint": Sketch(
        **_private_network(),
        env=environment(publicNetworkAccess="Disabled"),
        zone=zone("privatelink.northeurope.azurecontainerapps.io"),
        link=link("zone", Ref("vnet")),
        pe=endpoint(Ref("pes"), Ref("env"), "managedEnvironments"),
        zones=_groups(),
    ),
    "one zone for two networks, and two zones for one": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        other=vnet("10.1.0.0/16", name="vnet-other"),
        zone=zone("privatelink.vaultcore.azure.net"),
        second=zone("shop.internal.example"),
        l1=link("zone", Ref("vnet"), "one"),
        l2=link("zone", Ref("other"), "two"),
        l3=link("second", Ref("vnet"), "one", registrationEnabled=True),
    ),
    "a zone for a network by reference and for another by its id": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        other=vnet("10.1.0.0/16", name="vnet-other"),
        zone=zone("privatelink.vaultcore.azure.net"),
        l1=link("zone", Ref("vnet"), "one"),
        l2=link("zone", f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-other", "two", depends_on=["other"]),
        l3=link("zone", f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-old", "three"),
    ),
    "a private server in a network that was there before": Sketch(
        group=group(),
        zone=zone(PG_ZONE),
        far=link("zone", f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-far", "far"),
        near=link("zone", f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-old", "near"),
        server=server(
            network={
                "delegatedSubnetResourceId": f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-old/subnets/data",
                "privateDnsZoneArmResourceId": Ref("zone"),
            },
            depends_on=["near"],
        ),
    ),
    "an endpoint and an environment in inline subnets of their region": Sketch(
        group=group(),
        vnet=vnet(
            "10.0.0.0/16",
            location="North Europe",
            subnets=[
                {"name": "apps", "addressPrefix": "10.0.0.0/23", "delegations": [{"name": "d", "serviceName": APPS}]},
                {"name": "pes", "addressPrefix": "10.0.2.0/27"},
            ],
        ),
        vault=vault(),
        pe=endpoint(
            f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/pes",
            Ref("vault"),
            "vault",
            depends_on=["vnet"],
        ),
        env=environment(
            vnetConfiguration={
                "infrastructureSubnetId": f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/apps"
            },
            depends_on=["vnet"],
        ),
    ),
    "a vault opened to a subnet and an office": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        web=subnet("web", "10.0.1.0/24", serviceEndpoints=[{"service": "Microsoft.KeyVault"}]),
        vault=vault(
            networkAcls={
                "defaultAction": "Deny",
                "ipRules": [{"value": "203.0.113.0/24"}],
                "virtualNetworkRules": [{"id": Ref("web")}],
            }
        ),
    ),
    "an identity for a CI system with two environments": Sketch(
        group=group(),
        id=identity("id-ci"),
        dev=_credential("dev", "repo:shop/web:environment:dev"),
        prod=_credential("prod", "repo:shop/web:environment:prod", "dev"),
        role=role(Ref("group"), Ref("id", "principal_id"), f"{SUB}/x/b24988ac-6180-42a0-ab88-20f7382dd24c"),
    ),
    "one principal with two roles, and two principals with one": Sketch(
        group=group(),
        vault=vault(),
        registry=registry(),
        id=identity(),
        other=identity("id-other"),
        one=role(Ref("vault"), Ref("id", "principal_id"), SECRETS_USER),
        two=role(Ref("registry"), Ref("id", "principal_id"), ACR_PULL),
        three=role(Ref("vault"), Ref("other", "principal_id"), SECRETS_USER),
    ),
    "sign-in with Microsoft": Sketch(
        application=("azuread:index/application:Application", {"displayName": "Shop"}),
        principal=("azuread:index/servicePrincipal:ServicePrincipal", {"clientId": Ref("application", "client_id")}),
        a=("azuread:index/applicationPassword:ApplicationPassword", {"applicationId": Ref("application")}),
        b=("azuread:index/applicationPassword:ApplicationPassword", {"applicationId": Ref("application")}),
        group=group(),
        vault=vault(),
        role=role(Ref("vault"), Ref("principal", "object_id")),
        secret=secret("client-secret", properties={"value": Ref("a", "value")}),
    ),
    "monitoring of a server, a vault and an environment": Sketch(
        group=group(),
        log=workspace(),
        tell=arm(
            "monitor:ActionGroup", resourceGroupName=Ref("group", "name"), actionGroupName="ag", location="global"
        ),
        server=server(),
        vault=vault(),
        env=environment(appLogsConfiguration={"destination": "azure-monitor"}),
        web=app(),
        l1=setting(Ref("server"), "PostgreSQLLogs", "PostgreSQLFlexSessions"),
        l2=setting(Ref("vault"), "AuditEvent"),
        l3=setting(Ref("env"), "ContainerAppConsoleLogs", "ContainerAppSystemLogs"),
        l4=setting(Ref("web"), metrics=[{"category": "AllMetrics", "enabled": True}]),
        a1=alert(Ref("server"), "cpu_percent", actions=[{"actionGroupId": Ref("tell")}]),
        a2=alert(Ref("vault"), "ServiceApiLatency", ruleName="b"),
        a3=alert(Ref("web"), "Requests", ruleName="c"),
        query=arm(
            "monitor:ScheduledQueryRule",
            **within(),
            ruleName="q",
            scopes=[Ref("log")],
            actions={"actionGroups": [Ref("tell")]},
            criteria={"allOf": [{"query": "Heartbeat | count", "threshold": 1}]},
        ),
        budget=arm("consumption:Budget", scope=Ref("group"), budgetName="b", amount=10),
    ),
    "audit logs of one vault to two workspaces": Sketch(
        group=group(),
        log=workspace(),
        other=workspace(workspaceName="log-security"),
        vault=vault(),
        one=setting(Ref("vault"), "AuditEvent"),
        two=setting(Ref("vault"), "AuditEvent", name="security", workspaceId=Ref("other")),
    ),
    "locks on what holds data, a read-only one last": Sketch(
        group=group(),
        server=server(),
        base=_database(),
        keep=arm("authorization:ManagementLockByScope", scope=Ref("server"), lockName="keep", level="CanNotDelete"),
        still=arm(
            "authorization:ManagementLockByScope",
            scope=Ref("server"),
            lockName="still",
            level="ReadOnly",
            depends_on=["base"],
        ),
    ),
    "a zone of the free plan": Sketch(
        ssl=_setting("ssl", "full"),
        https=_setting("always_use_https", "on"),
        tls=_setting("min_tls_version", "1.2"),
        limit=_rules("http_ratelimit"),
        apex=record("shop.example", "A", "192.0.2.1", proxied=True, ttl=1),
        www=record(WWW, "CNAME", "shop.example", proxied=True, ttl=1),
        signed=cf("ZoneDnssec", zoneId=ZONE, status="active"),
    ),
    "a zone of the pro plan": Sketch(
        limit=_rules("http_ratelimit"),
        custom=_rules("http_request_firewall_custom"),
        managed=_rules("http_request_firewall_managed"),
        headers=_rules("http_response_headers_transform"),
        pack=cf("CertificatePack", zoneId=ZONE, hosts=["shop.example", "*.shop.example", "*.eu.shop.example"]),
        total=cf("TotalTls", zoneId=ZONE, enabled=True),
        one=_setting("tls_1_3", "zrt"),
        two=_setting("0rtt", "on"),
    ),
    "two zones with the same settings": Sketch(
        one=_setting("ssl", "strict"),
        two=cf("ZoneSetting", zoneId="c" * 32, settingId="ssl", value="strict"),
        three=_rules("http_ratelimit"),
        four=cf("Ruleset", zoneId="c" * 32, kind="zone", name="default", phase="http_ratelimit", rules=[]),
        five=record("shop.example", "A", "192.0.2.1"),
        six=record("shop.test", "A", "192.0.2.1", zoneId="c" * 32),
    ),
    "records for mail": Sketch(
        a=record("shop.example", "A", "192.0.2.1"),
        b=record("shop.example", "A", "192.0.2.2"),
        c=record("shop.example", "AAAA", "2001:db8::1"),
        mx1=record("shop.example", "MX", "mx1.example.net", priority=10),
        mx2=record("shop.example", "MX", "mx2.example.net", priority=20),
        spf=record("shop.example", "TXT", '"v=spf1 -all"'),
        dmarc=record("_dmarc.shop.example", "TXT", '"v=DMARC1; p=reject"'),
        dkim=record("k1._domainkey.shop.example", "CNAME", "k1.example.net"),
        caa=cf(
            "DnsRecord",
            zoneId=ZONE,
            name="shop.example",
            type="CAA",
            ttl=300,
            data={"flags": 0, "tag": "issue", "value": "letsencrypt.org"},
        ),
        caa2=cf(
            "DnsRecord",
            zoneId=ZONE,
            name="shop.example",
            type="CAA",
            ttl=300,
            data={"flags": 0, "tag": "issuewild", "value": "letsencrypt.org"},
        ),
        ns=record("eu.shop.example", "NS", "ns1.example.net"),
        ns2=record("eu.shop.example", "NS", "ns2.example.net"),
    ),
    "Access before an admin host and a bypass for its health check": Sketch(
        pin=cf("ZeroTrustAccessIdentityProvider", accountId=ACCOUNT, name="pin", type="onetimepin", config={}),
        entra=cf("ZeroTrustAccessIdentityProvider", accountId=ACCOUNT, name="entra", type="azureAD", config={}),
        allow=cf(
            "ZeroTrustAccessPolicy", accountId=ACCOUNT, name="allow", decision="allow", includes=[{"everyone": {}}]
        ),
        bypass=cf(
            "ZeroTrustAccessPolicy", accountId=ACCOUNT, name="bypass", decision="bypass", includes=[{"everyone": {}}]
        ),
        admin=_access(
            "admin",
            "admin.shop.example",
            policies=[{"id": Ref("allow"), "precedence": 1}],
            allowedIdps=[Ref("pin"), Ref("entra")],
        ),
        health=_access("health", "admin.shop.example/health", policies=[{"id": Ref("bypass"), "precedence": 1}]),
    ),
    "R2 with two tokens": Sketch(
        bucket=bucket(jurisdiction="eu"),
        cors=of_bucket("R2BucketCors", jurisdiction="eu"),
        lifecycle=of_bucket("R2BucketLifecycle", jurisdiction="eu"),
        lock=of_bucket("R2BucketLock", jurisdiction="eu"),
        **{
            name: cf(
                "AccountToken",
                accountId=ACCOUNT,
                name=name,
                policies=[
                    {
                        "effect": "allow",
                        "permissionGroups": [{"id": "d" * 32}],
                        "resources": bucket_resource(f"{ACCOUNT}_eu_shop-files"),
                    }
                ],
            )
            for name in ("reader", "writer")
        },
    ),
    "two buckets of one name in two jurisdictions": Sketch(one=bucket(), two=bucket(jurisdiction="eu")),
    "a bucket with a public address": Sketch(
        bucket=bucket(),
        public=cf("R2ManagedDomain", accountId=ACCOUNT, bucketName=Ref("bucket", "name"), enabled=True),
        cors=of_bucket("R2BucketCors", "shop-files", depends_on=["bucket"]),
    ),
    "resources that refer to what was there before": Sketch(
        apps=arm(
            "network:Subnet",
            resourceGroupName="rg-platform",
            virtualNetworkName="vnet-platform",
            subnetName="apps",
            addressPrefix="10.8.0.0/23",
            delegations=[{"name": "d", "serviceName": APPS}],
        ),
        env=arm(
            "app:ManagedEnvironment",
            resourceGroupName="rg-platform",
            environmentName="cae",
            location="northeurope",
            workloadProfiles=[{"name": "Consumption", "workloadProfileType": "Consumption"}],
            vnetConfiguration={"infrastructureSubnetId": Ref("apps")},
        ),
        log=setting(f"{RG}/providers/Microsoft.KeyVault/vaults/old", "AuditEvent", workspaceId=f"{RG}/providers/x/y"),
    ),
    "a job on a schedule that migrates a private database": Sketch(
        **_private_network(),
        zone=zone(PG_ZONE),
        link=link("zone", Ref("vnet")),
        server=server(
            network={"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")},
            depends_on=["link"],
        ),
        env=environment("apps"),
        job=arm(
            "app:Job",
            **within(),
            jobName="migrate",
            environmentId=Ref("env"),
            configuration={"triggerType": "Schedule", "secrets": [{"name": "u", "value": Ref("server", None)}]},
            template={"containers": [{"name": "m", "image": "a:1", "resources": {"cpu": 0.5, "memory": "1Gi"}}]},
        ),
    ),
}
"""What the program is for, and its plan."""
