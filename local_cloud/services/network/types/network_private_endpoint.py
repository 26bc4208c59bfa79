"""Private endpoints: an address inside a network for a service outside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_NETWORK, arm_id, example_id
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Related, Rule, items_at, part
from local_cloud.services.network.rules.endpoint_addresses_in_plan import ENDPOINT_ADDRESSES_IN_PLAN
from local_cloud.services.network.rules.endpoints_in_plan import ENDPOINTS_IN_PLAN
from local_cloud.services.network.rules.names import PRIVATE_ENDPOINT_NAME

_DOCS: Final = "https://learn.microsoft.com/azure/private-link/private-endpoint-overview"
_KINDS: Final = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
_CONNECTION: Final = {
    "name": "vault",
    "groupIds": ["vault"],
    "privateLinkServiceId": example_id("Microsoft.KeyVault/vaults/kv-ignition-dev"),
}
# Group ids by the type of what is connected; a type that is not here is not judged.
_GROUPS: Final = {
    "microsoft.app/managedenvironments": {"managedEnvironments"},
    "microsoft.containerregistry/registries": {"registry"},
    "microsoft.dbforpostgresql/flexibleservers": {"postgresqlServer"},
    "microsoft.keyvault/vaults": {"vault"},
    "microsoft.storage/storageaccounts": {"blob", "file", "queue", "table", "web", "dfs"},
}


def _connections(inputs: Inputs) -> list[Any]:
    return [each for kind in _KINDS for each in items_at(inputs, f"{kind}[]")]


def _leads_to_a_service(connection: Mapping[str, Any], _inputs: Inputs) -> bool:
    return bool(connection.get("name")) and str(connection.get("privateLinkServiceId")).startswith("/subscriptions/")


def _groups_exist(connection: Mapping[str, Any], _inputs: Inputs) -> bool:
    parts = str(connection.get("privateLinkServiceId")).lower().split("/providers/")[-1].split("/")
    known = _GROUPS.get("/".join(parts[:2]))
    given = {str(each) for each in items_at(connection, "groupIds[]")}
    return known is None or {each.removesuffix("_secondary") for each in given} & known != set()


def _connection_rules(kind: str) -> tuple[Rule, ...]:
    other = next(each for each in _KINDS if each != kind)
    return (
        Related(
            path=f"{kind}[]",
            test=_leads_to_a_service,
            says="a connection has a name and privateLinkServiceId, the whole ARM id of what is connected",
            source=_DOCS,
            passes={kind: [_CONNECTION], other: None},
            fails={kind: [{"name": "vault", "groupIds": ["vault"]}], other: None},
        ),
        Related(
            path=f"{kind}[]",
            test=_groups_exist,
            says="groupIds names a part of the service: vault, registry, postgresqlServer, managedEnvironments, blob",
            source=f"{_DOCS}#private-link-resource",
            passes={kind: [_CONNECTION], other: None},
            fails={kind: [{**_CONNECTION, "groupIds": ["keyvault"]}], other: None},
        ),
    )


class PrivateEndpoint(AzureType):
    """A private endpoint; in another subnet it is another endpoint."""

    token = "azure-native:network:PrivateEndpoint"
    path = "Microsoft.Network/privateEndpoints/{privateEndpointName}"
    create_only = ("subnet",)
    immutable = ("location", "customNetworkInterfaceName")
    unseen: ClassVar = {
        "privateLinkServiceConnections[].privateLinkServiceId": (
            "the owner of the service does not approve the connection, or the service's tier takes none"
        ),
        "ipConfigurations[].privateIPAddress": "something of another program has the address",
    }
    rules = (
        PRIVATE_ENDPOINT_NAME,
        arm_id("subnet.id", "Microsoft.Network/virtualNetworks/subnets", source=_DOCS, noun="a subnet"),
        Combination(
            path="subnet",
            test=lambda inputs: part(inputs, "subnet").get("id") is not None,
            says="an endpoint needs the id of the subnet it stands in",
            source=_DOCS,
            passes={"subnet": {"id": f"{EXAMPLE_NETWORK}/subnets/snet-endpoints"}},
            fails={"subnet": None},
        ),
        Combination(
            path="privateLinkServiceConnections",
            test=lambda inputs: len(_connections(inputs)) == 1,
            says="an endpoint has exactly one connection, automatic or manual",
            source=_DOCS,
            passes={"privateLinkServiceConnections": None, "manualPrivateLinkServiceConnections": [_CONNECTION]},
            fails={"privateLinkServiceConnections": []},
        ),
        *(rule for kind in _KINDS for rule in _connection_rules(kind)),
    )
    plan_rules = (*ENDPOINTS_IN_PLAN, *ENDPOINT_ADDRESSES_IN_PLAN)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "privateEndpointName": "pe-vault",
        "location": "westeurope",
        "subnet": {"id": f"{EXAMPLE_NETWORK}/subnets/snet-endpoints"},
        "privateLinkServiceConnections": [_CONNECTION],
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The network interface that comes with the endpoint."""
        name = inputs.get("customNetworkInterfaceName") or f"{inputs['privateEndpointName']}.nic"
        return {
            "networkInterfaces": [
                {"id": f"{resource_id.split('/privateEndpoints/', maxsplit=1)[0]}/networkInterfaces/{name}"}
            ]
        }
