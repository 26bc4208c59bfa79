"""
Resources as rules over the plan sketch them: as small as a rule needs them, all in one resource group.

Each function returns a token and inputs; keyword arguments replace inputs by their names on the wire.
"""

from __future__ import annotations

from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.shared import example_id

Sketched = tuple[str, dict[str, Any]]

GROUP: Final = "rg-ignition-dev"
REGION: Final = "westeurope"
APPS_DELEGATION: Final = "Microsoft.App/environments"
SERVERS_DELEGATION: Final = "Microsoft.DBforPostgreSQL/flexibleServers"
SUBNET_ID: Final = example_id("Microsoft.Network/virtualNetworks/vnet-ignition-dev/subnets/snet-apps")
CONSUMPTION: Final = {"name": "Consumption", "workloadProfileType": "Consumption"}


def _made(token: str, name_property: str, name: str, inputs: dict[str, Any], **defaults: Any) -> Sketched:
    given = {"resourceGroupName": GROUP, name_property: name, **defaults, **inputs}
    return token, {key: value for key, value in given.items() if value is not None}


def group(name: str = GROUP, **inputs: Any) -> Sketched:
    """A resource group."""
    return tokens.RESOURCE_GROUP, {"resourceGroupName": name, "location": REGION, **inputs}


def network(name: str = "vnet-ignition-dev", space: str = "10.10.0.0/16", **inputs: Any) -> Sketched:
    """A virtual network."""
    return _made(
        tokens.NETWORK,
        "virtualNetworkName",
        name,
        inputs,
        location=REGION,
        addressSpace={"addressPrefixes": [space]},
    )


def subnet(name: str, prefix: str, delegated_to: str | None = None, **inputs: Any) -> Sketched:
    """A subnet of the network above."""
    delegations = [{"name": "to", "serviceName": delegated_to}] if delegated_to else None
    given = {"virtualNetworkName": "vnet-ignition-dev", "addressPrefix": prefix, "delegations": delegations, **inputs}
    return _made(tokens.SUBNET, "subnetName", name, given)


def security_group(**inputs: Any) -> Sketched:
    """A network security group."""
    return _made(tokens.SECURITY_GROUP, "networkSecurityGroupName", "nsg-apps", inputs, location=REGION)


def environment(name: str = "cae-ignition-dev", **inputs: Any) -> Sketched:
    """A Container Apps environment with the Consumption profile."""
    return _made(tokens.ENVIRONMENT, "environmentName", name, inputs, location=REGION, workloadProfiles=[CONSUMPTION])


def app(name: str = "ca-ignition-dev-api", **inputs: Any) -> Sketched:
    """A container app; its environment is to be given."""
    template = {"containers": [{"name": "api", "image": "ghcr.io/ecent/api:1"}]}
    return _made(tokens.APP, "containerAppName", name, inputs, location=REGION, template=template)


def job(**inputs: Any) -> Sketched:
    """A job; its environment is to be given."""
    template = {"containers": [{"name": "migrate", "image": "ghcr.io/ecent/api:1"}]}
    return _made(tokens.JOB, "jobName", "job-ignition-dev", inputs, location=REGION, template=template)


def vault(name: str = "kv-ignition-dev", **properties: Any) -> Sketched:
    """A vault with role-based access; keyword arguments are `properties`."""
    given = {"sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True, **properties}
    return _made(tokens.VAULT, "vaultName", name, {"properties": given}, location=REGION)


def secret(name: str = "DATABASE-URL", **inputs: Any) -> Sketched:
    """A secret of the vault above."""
    given = {"vaultName": "kv-ignition-dev", "properties": {"value": "text"}, **inputs}
    return _made(tokens.SECRET, "secretName", name, given)


def registry(tier: str = "Premium", **inputs: Any) -> Sketched:
    """A registry."""
    return _made(tokens.REGISTRY, "registryName", "crignitiondev", inputs, location=REGION, sku={"name": tier})


def identity(name: str = "id-ignition-dev-api", **inputs: Any) -> Sketched:
    """A user-assigned identity."""
    return _made(tokens.IDENTITY, "resourceName", name, inputs, location=REGION)


def role(**inputs: Any) -> Sketched:
    """A role assignment; scope, principal and role are to be given."""
    return tokens.ROLE_ASSIGNMENT, {"principalType": "ServicePrincipal", **inputs}


def server(name: str = "psql-ignition-dev", **inputs: Any) -> Sketched:
    """A flexible server with a public address."""
    return _made(
        tokens.SERVER,
        "serverName",
        name,
        inputs,
        location=REGION,
        version="17",
        sku={"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
    )


def of_server(token: str, name_property: str, name: str, **inputs: Any) -> Sketched:
    """A database, parameter, firewall rule or administrator of the server above."""
    return _made(token, name_property, name, {"serverName": "psql-ignition-dev", **inputs})


def workspace(**inputs: Any) -> Sketched:
    """A Log Analytics workspace."""
    return _made(tokens.WORKSPACE, "workspaceName", "log-ignition-dev", inputs, location=REGION)


def zone(name: str, **inputs: Any) -> Sketched:
    """A private DNS zone."""
    return _made(tokens.PRIVATE_ZONE, "privateZoneName", name, inputs, location="global")


def endpoint(name: str = "pe-vault", **inputs: Any) -> Sketched:
    """A private endpoint; subnet and connection are to be given."""
    return _made(tokens.ENDPOINT, "privateEndpointName", name, inputs, location=REGION)


def connection(target: Any, *groups: str) -> list[dict[str, Any]]:
    """The connection of a private endpoint."""
    return [{"name": "to", "groupIds": list(groups), "privateLinkServiceId": target}]
