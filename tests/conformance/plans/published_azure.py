"""Wrong plans for Azure after published deployment failures; each resource is right by itself, and the cloud refuses the whole."""

from __future__ import annotations

from typing import Any

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.resources import (
    ACR_PULL,
    APPS,
    PG,
    RG,
    TENANT,
    Made,
    alert,
    app,
    arm,
    endpoint,
    environment,
    group,
    identity,
    ingress,
    link,
    of_server,
    record,
    registry,
    role,
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
ENDPOINT_ZONE = "privatelink.azurecr.io"
CRYPTO_USER = "/providers/Microsoft.Authorization/roleDefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6"


def peering(remote: Any, name: str = "p", **more: Any) -> dict[str, Any]:
    return {"name": name, "remoteVirtualNetwork": {"id": remote}, "allowVirtualNetworkAccess": True, **more}


def key(vault: str = "vault", name: str = "data", **properties: Any) -> Made:
    return arm(
        "keyvault:Key",
        resourceGroupName=Ref("group", "name"),
        vaultName=Ref(vault, "name"),
        keyName=name,
        properties={"kty": "RSA", "keySize": 3072, **properties},
    )


def encrypted(*after: str, region: str = "northeurope", **more: Any) -> Made:
    encryption = {
        "type": "AzureKeyVault",
        "primaryKeyURI": Ref("key", "key_uri_with_version"),
        "primaryUserAssignedIdentityId": Ref("id"),
    }
    return server(
        location=region,
        identity=OWN,
        dataEncryption={**encryption, **more.pop("dataEncryption", {})},
        depends_on=[*after],
        **more,
    )


def locked_vault(name: str = "kv-shop", **properties: Any) -> Made:
    return vault(name, enablePurgeProtection=True, enableSoftDelete=True, **properties)


def encrypted_registry(*after: str) -> Made:
    return registry(
        "Premium",
        identity=OWN,
        encryption={
            "status": "enabled",
            "keyVaultProperties": {"identity": Ref("id", "client_id"), "keyIdentifier": Ref("key", "key_uri")},
        },
        depends_on=[*after],
    )


def pulls(*after: str, **more: Any) -> Made:
    return app(
        image=Ref("registry", None),
        identity=OWN,
        configuration={"registries": [{"server": Ref("registry", "login_server"), "identity": Ref("id")}]},
        depends_on=[*after],
        **more,
    )


def private_registry() -> dict[str, Made]:
    return {
        "group": group(),
        "vnet": vnet("10.0.0.0/16"),
        "apps": subnet("snet-apps", "10.0.0.0/23", APPS),
        "pes": subnet("snet-endpoints", "10.0.3.0/27", depends_on=["apps"]),
        "id": identity(),
        "registry": registry("Premium", publicNetworkAccess="Disabled"),
        "role": role(Ref("registry"), Ref("id", "principal_id"), ACR_PULL),
        "pe": endpoint(Ref("pes"), Ref("registry"), "registry"),
        "zone": zone(ENDPOINT_ZONE),
        "groups": arm(
            "network:PrivateDnsZoneGroup",
            resourceGroupName=Ref("group", "name"),
            privateEndpointName=Ref("pe", "name"),
            privateDnsZoneGroupName="default",
            privateDnsZoneConfigs=[{"name": "z", "privateDnsZoneId": Ref("zone")}],
        ),
        "link": link("zone", Ref("vnet")),
        "env": environment("apps"),
    }


def opened_to(subnet: Any, *after: str) -> Made:
    rules = {"defaultAction": "Deny", "bypass": "AzureServices", "virtualNetworkRules": [{"id": subnet}]}
    token, inputs = vault(networkAcls=rules)
    return token, {**inputs, "depends_on": [*after]}


def without(plan: dict[str, Made], *names: str) -> dict[str, Made]:
    return {name: each for name, each in plan.items() if name not in names}


def own_domain(suffix: str = "apps.shop.example", **more: Any) -> dict[str, Any]:
    return {
        "customDomainConfiguration": {
            "dnsSuffix": suffix,
            "certificateValue": "AA==",
            "certificatePassword": "",
            **more,
        }
    }


def managed(subject: str = "www.shop.example", *after: str, method: str = "CNAME") -> Made:
    return arm(
        "app:ManagedCertificate",
        **within(),
        environmentName=Ref("env", "name"),
        managedCertificateName="mc",
        properties={"subjectName": subject, "domainControlValidation": method},
        depends_on=[*after],
    )


WRONG_AZURE: dict[str, Sketch] = {
    "two spokes of one hub with the same addresses": Sketch(
        group=group(),
        one=vnet("10.1.0.0/16", name="vnet-one"),
        two=vnet("10.1.0.0/16", name="vnet-two"),
        hub=vnet(
            "10.0.0.0/16",
            name="vnet-hub",
            virtualNetworkPeerings=[peering(Ref("one"), "one"), peering(Ref("two"), "two")],
        ),
    ),
    "one network peered twice with another": Sketch(
        group=group(),
        hub=vnet("10.0.0.0/16", name="vnet-hub"),
        spoke=vnet("10.1.0.0/16", virtualNetworkPeerings=[peering(Ref("hub"), "a"), peering(Ref("hub"), "b")]),
    ),
    "two networks that use each other's gateway": Sketch(
        group=group(),
        one=vnet("10.0.0.0/16", name="vnet-one"),
        gateway=subnet("GatewaySubnet", "10.0.255.0/27", vnet="one"),
        two=vnet("10.1.0.0/16", name="vnet-two", virtualNetworkPeerings=[peering(Ref("one"), useRemoteGateways=True)]),
        own=subnet("GatewaySubnet", "10.1.255.0/27", vnet="two"),
        gate=arm(
            "network:VirtualNetworkGateway",
            **within(),
            virtualNetworkGatewayName="vgw",
            gatewayType="Vpn",
            ipConfigurations=[{"name": "c", "subnet": {"id": Ref("own")}}],
        ),
    ),
    "a route table of another region": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        routes=arm("network:RouteTable", **{**within(), "location": "westeurope"}, routeTableName="rt-shop"),
        apps=subnet("snet-apps", "10.0.0.0/24", routeTable={"id": Ref("routes")}),
    ),
    "a NAT gateway of another region": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        nat=arm(
            "network:NatGateway",
            **{**within(), "location": "westeurope"},
            natGatewayName="ng-shop",
            sku={"name": "Standard"},
        ),
        apps=subnet("snet-apps", "10.0.0.0/24", natGateway={"id": Ref("nat")}),
    ),
    "a vault opened to an inline subnet without its service endpoint": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16", subnets=[{"name": "snet-apps", "addressPrefix": "10.0.0.0/24"}]),
        vault=opened_to(f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/snet-apps", "vnet"),
    ),
    "an endpoint in an inline subnet that is delegated": Sketch(
        group=group(),
        vnet=vnet(
            "10.0.0.0/16",
            subnets=[
                {
                    "name": "snet-data",
                    "addressPrefix": "10.0.0.0/24",
                    "delegations": [{"name": "d", "serviceName": PG}],
                }
            ],
        ),
        vault=vault(),
        pe=endpoint(
            f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/snet-data",
            Ref("vault"),
            "vault",
            depends_on=["vnet"],
        ),
    ),
    "a server in an inline subnet for apps": Sketch(
        group=group(),
        vnet=vnet(
            "10.0.0.0/16",
            subnets=[
                {
                    "name": "snet-data",
                    "addressPrefix": "10.0.0.0/24",
                    "delegations": [{"name": "d", "serviceName": APPS}],
                }
            ],
        ),
        zone=zone("shop.private.postgres.database.azure.com"),
        link=link("zone", Ref("vnet")),
        server=server(
            network={
                "delegatedSubnetResourceId": f"{RG}/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/snet-data",
                "privateDnsZoneArmResourceId": Ref("zone"),
            },
            depends_on=["link"],
        ),
    ),
    "an endpoint straight to a workspace": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        pes=subnet("snet-endpoints", "10.0.3.0/27"),
        log=workspace(),
        pe=endpoint(Ref("pes"), Ref("log"), "azuremonitor"),
    ),
    "an additional port for the outside in an environment without a network": Sketch(
        group=group(),
        env=environment(),
        web=app(**ingress(additionalPortMappings=[{"external": True, "targetPort": 5000, "exposedPort": 5000}])),
    ),
    "an additional port that another app exposes": Sketch(
        group=group(),
        vnet=vnet("10.0.0.0/16"),
        apps=subnet("snet-apps", "10.0.0.0/23", APPS),
        env=environment("apps"),
        db=app("db", **ingress(transport="tcp", exposedPort=5000)),
        web=app(**ingress(additionalPortMappings=[{"external": True, "targetPort": 5000, "exposedPort": 5000}])),
    ),
    "an app with a profile in an environment that knows none": Sketch(
        group=group(), env=environment(workloadProfiles=None), web=app(workloadProfileName="Consumption")
    ),
    "an app whose image comes from a registry that it names and cannot log in to": Sketch(
        group=group(),
        registry=registry(),
        env=environment(),
        web=app(image="crshop.azurecr.io/web:1", depends_on=["registry"]),
    ),
    "an environment's own domain with a certificate of another host": Sketch(
        group=group(),
        key=("tls:index/privateKey:PrivateKey", {"algorithm": "RSA", "rsaBits": 2048}),
        csr=(
            "tls:index/certRequest:CertRequest",
            {"privateKeyPem": Ref("key", "private_key_pem"), "dnsNames": ["shop.example"]},
        ),
        origin=(
            "cloudflare:index/originCaCertificate:OriginCaCertificate",
            {"csr": Ref("csr", "cert_request_pem"), "hostnames": ["shop.example"], "requestType": "origin-rsa"},
        ),
        env=environment(**own_domain(certificateValue=Ref("origin", None, also=("key",)))),
    ),
    "a host under the own domain of its environment": Sketch(
        group=group(),
        env=environment(**own_domain()),
        proof=record("asuid.web.apps.shop.example", "TXT", Ref("env", "custom_domain_configuration")),
        web=app(**ingress(customDomains=[{"name": "web.apps.shop.example", "bindingType": "Disabled"}])),
    ),
    "a geo-redundant backup encrypted with a key of its own region": Sketch(
        group=group(),
        id=identity(),
        vault=locked_vault(),
        key=key(),
        role=role(Ref("vault"), Ref("id", "principal_id"), CRYPTO_USER),
        server=encrypted(
            "role",
            backup={"geoRedundantBackup": "Enabled", "backupRetentionDays": 7},
            dataEncryption={
                "geoBackupKeyURI": Ref("key", "key_uri_with_version"),
                "geoBackupUserAssignedIdentityId": Ref("id"),
            },
        ),
    ),
    "a server whose identity has no role for its key": Sketch(
        group=group(), id=identity(), vault=locked_vault(), key=key(), server=encrypted()
    ),
    "a server whose identity is in no policy of its vault": Sketch(
        group=group(),
        other=identity("id-other"),
        id=identity(),
        vault=locked_vault(
            enableRbacAuthorization=False,
            accessPolicies=[
                {
                    "tenantId": TENANT,
                    "objectId": Ref("other", "principal_id"),
                    "permissions": {"keys": ["get", "wrapKey", "unwrapKey"]},
                }
            ],
        ),
        key=key(),
        server=encrypted(),
    ),
    "a registry whose identity has no role for its key": Sketch(
        group=group(), id=identity(), vault=locked_vault(), key=key(), registry=encrypted_registry()
    ),
    "a key that may not wrap, for a server": Sketch(
        group=group(),
        id=identity(),
        vault=locked_vault(),
        key=key(keyOps=["sign", "verify"]),
        role=role(Ref("vault"), Ref("id", "principal_id"), CRYPTO_USER),
        server=encrypted("role"),
    ),
    "a private registry whose name the apps' network does not resolve": Sketch(
        **without(private_registry(), "link"), web=pulls("role", "groups")
    ),
    "a setting on an identity, which writes no logs": Sketch(
        group=group(), log=workspace(), id=identity(), ds=setting(Ref("id"), "AuditEvent")
    ),
    "a setting on a resource group": Sketch(group=group(), log=workspace(), ds=setting(Ref("group"), "Administrative")),
    "an alert on an identity": Sketch(group=group(), id=identity(), alert=alert(Ref("id"), "cpu_percent")),
    "an administrator of a server by the identity's client id": Sketch(
        group=group(),
        id=identity(),
        server=server(authConfig={"activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled", "tenantId": TENANT}),
        admin=of_server(
            "AdministratorsMicrosoftEntra",
            objectId=Ref("id", "client_id"),
            principalName="id-web",
            principalType="ServicePrincipal",
            tenantId=TENANT,
        ),
    ),
    "two budgets whose names differ in case": Sketch(
        group=group(),
        one=arm(
            "consumption:Budget",
            scope=Ref("group"),
            budgetName="Shop",
            category="Cost",
            amount=10,
            timeGrain="Monthly",
            timePeriod={"startDate": "2026-12-01T00:00:00Z"},
        ),
        two=arm(
            "consumption:Budget",
            scope=Ref("group"),
            budgetName="shop",
            category="Cost",
            amount=20,
            timeGrain="Monthly",
            timePeriod={"startDate": "2026-12-01T00:00:00Z"},
        ),
    ),
}
