"""Resources of small programs; keyword arguments are inputs by their names on the wire, and `Ref` stands for another's output."""

from __future__ import annotations

import json
from typing import Any

from local_cloud.server.plan.examples import Ref

SUB = "/subscriptions/22222222-2222-2222-2222-222222222222"
RG = f"{SUB}/resourceGroups/rg-shop"
Made = tuple[str, dict[str, Any]]
ZONE = "a" * 32
ACCOUNT = "b" * 32
TENANT = "33333333-3333-3333-3333-333333333333"


def arm(token: str, **inputs: Any) -> Made:
    return f"azure-native:{token}", inputs


def cf(token: str, **inputs: Any) -> Made:
    return f"cloudflare:index/{token[0].lower()}{token[1:]}:{token}", inputs


def group(name: str = "rg-shop", location: str = "northeurope") -> Made:
    return arm("resources:ResourceGroup", resourceGroupName=name, location=location)


def within(group: str = "group") -> dict[str, Any]:
    return {"resourceGroupName": Ref(group, "name"), "location": "northeurope"}


def vnet(*prefixes: str, name: str = "vnet-shop", **more: Any) -> Made:
    return arm(
        "network:VirtualNetwork",
        **{**within(), "virtualNetworkName": name, "addressSpace": {"addressPrefixes": [*prefixes]}, **more},
    )


def subnet(name: str, prefix: str, service: str | None = None, vnet: str = "vnet", **more: Any) -> Made:
    given = {
        "resourceGroupName": Ref("group", "name"),
        "virtualNetworkName": Ref(vnet, "name"),
        "subnetName": name,
        "addressPrefix": prefix,
        "delegations": [{"name": "d", "serviceName": service}] if service else [],
        **more,
    }
    return arm("network:Subnet", **given)


def environment(subnet: str | None = None, **more: Any) -> Made:
    network = {"vnetConfiguration": {"infrastructureSubnetId": Ref(subnet)}} if subnet else {}
    given = {
        **within(),
        "environmentName": "cae-shop",
        "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}],
        **network,
        **more,
    }
    return arm("app:ManagedEnvironment", **given)


def app(name: str = "web", *, image: Any = "docker.io/library/nginx:1.27", **more: Any) -> Made:
    given = {
        **within(),
        "containerAppName": name,
        "environmentId": Ref("env"),
        "template": {"containers": [{"name": name, "image": image, "resources": {"cpu": 0.5, "memory": "1Gi"}}]},
        **more,
    }
    return arm("app:ContainerApp", **given)


def ingress(**more: Any) -> dict[str, Any]:
    return {"configuration": {"ingress": {"external": True, "targetPort": 80, **more}}}


def server(name: str = "psql-shop", tier: str = "GeneralPurpose", **more: Any) -> Made:
    sizes = {"Burstable": "Standard_B1ms", "GeneralPurpose": "Standard_D2ds_v5", "MemoryOptimized": "Standard_E2ds_v5"}
    given = {
        **within(),
        "serverName": name,
        "version": "16",
        "sku": {"name": sizes[tier], "tier": tier},
        "storage": {"storageSizeGB": 64},
        "administratorLogin": "shopadmin",
        "administratorLoginPassword": "Ab1!Ab1!Ab1!",
        **more,
    }
    return arm("dbforpostgresql:Server", **given)


def of_server(kind: str, server: str = "server", **more: Any) -> Made:
    given = {"resourceGroupName": Ref("group", "name"), "serverName": Ref(server, "name"), **more}
    return arm(f"dbforpostgresql:{kind}", **given)


def vault(name: str = "kv-shop", **properties: Any) -> Made:
    given = {
        "tenantId": TENANT,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        **properties,
    }
    return arm("keyvault:Vault", **{**within(), "vaultName": name, "properties": given})


def secret(name: str = "db-url", vault: str = "vault", **more: Any) -> Made:
    given = {
        "resourceGroupName": Ref("group", "name"),
        "vaultName": Ref(vault, "name"),
        "secretName": name,
        "properties": {"value": "x"},
        **more,
    }
    return arm("keyvault:Secret", **given)


def identity(name: str = "id-web") -> Made:
    return arm("managedidentity:UserAssignedIdentity", **{**within(), "resourceName": name})


ROLE = f"{SUB}/providers/Microsoft.Authorization/roleDefinitions"
SECRETS_USER = f"{ROLE}/4633458b-17de-408a-b874-0445c86b69e6"
ACR_PULL = f"{ROLE}/7f951dda-4ed3-4680-a7ca-43fe172d538d"


def role(scope: Any, principal: Any, role: str = SECRETS_USER, **more: Any) -> Made:
    given = {
        "scope": scope,
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": role,
        **more,
    }
    return arm("authorization:RoleAssignment", **given)


def registry(tier: str = "Basic", **more: Any) -> Made:
    return arm("containerregistry:Registry", **{**within(), "registryName": "crshop", "sku": {"name": tier}, **more})


def endpoint(subnet: Any, target: Any, group: str, name: str = "pe-shop", **more: Any) -> Made:
    connection = {"name": "c", "privateLinkServiceId": target, "groupIds": [group]}
    given = {
        **within(),
        "privateEndpointName": name,
        "subnet": {"id": subnet},
        "privateLinkServiceConnections": [connection],
        **more,
    }
    return arm("network:PrivateEndpoint", **given)


def zone(name: str, group: str = "group") -> Made:
    return arm("privatedns:PrivateZone", resourceGroupName=Ref(group, "name"), privateZoneName=name, location="global")


def link(zone: str, vnet: Any, name: str = "l", group: str = "group", **more: Any) -> Made:
    given = {
        "resourceGroupName": Ref(group, "name"),
        "privateZoneName": Ref(zone, "name"),
        "virtualNetworkLinkName": name,
        "virtualNetwork": {"id": vnet},
        "location": "global",
        "registrationEnabled": False,
        **more,
    }
    return arm("privatedns:VirtualNetworkLink", **given)


def workspace(location: str = "northeurope", **more: Any) -> Made:
    return arm(
        "operationalinsights:Workspace", **{**within(), "workspaceName": "log-shop", "location": location, **more}
    )


def setting(source: Any, *categories: str, name: str = "ds", **more: Any) -> Made:
    logs = [{"category": each, "enabled": True} for each in categories]
    return arm(
        "monitor:DiagnosticSetting",
        **{"resourceUri": source, "name": name, "workspaceId": Ref("log"), "logs": logs, **more},
    )


def alert(scope: Any, metric: str, **more: Any) -> Made:
    criterion = {
        "name": "c",
        "metricName": metric,
        "operator": "GreaterThan",
        "threshold": 80,
        "timeAggregation": "Average",
        "criterionType": "StaticThresholdCriterion",
    }
    given = {
        "resourceGroupName": Ref("group", "name"),
        "ruleName": "a",
        "location": "global",
        "scopes": [scope],
        "criteria": {"odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", "allOf": [criterion]},
        **more,
    }
    return arm("monitor:MetricAlert", **given)


def record(name: str, kind: str, content: Any, **more: Any) -> Made:
    return cf("DnsRecord", **{"zoneId": ZONE, "name": name, "type": kind, "content": content, "ttl": 300, **more})


def bucket(name: str = "shop-files", **more: Any) -> Made:
    return cf("R2Bucket", **{"accountId": ACCOUNT, "name": name, **more})


def of_bucket(kind: str, bucket: Any = None, **more: Any) -> Made:
    return cf(kind, **{"accountId": ACCOUNT, "bucketName": bucket or Ref("bucket", "name"), "rules": [], **more})


APPS = "Microsoft.App/environments"
PG = "Microsoft.DBforPostgreSQL/flexibleServers"


def bucket_resource(name: str) -> str:
    """A token's resource for one bucket, named ACCOUNT_JURISDICTION_BUCKET."""
    return json.dumps({f"com.cloudflare.edge.r2.bucket.{name}": "*"})
