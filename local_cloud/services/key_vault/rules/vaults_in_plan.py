"""Rules over the plan on vaults: their names, who may enter, and what their tier and network hold."""

from __future__ import annotations

from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.names_in_plan import global_name
from local_cloud.packages.azure_native.sketches import GROUP, Sketched, identity, network, subnet, vault
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo

_NETWORK: Final = "https://learn.microsoft.com/azure/key-vault/general/network-security"
_RULES: Final = "properties.networkAcls.virtualNetworkRules[].id"
_POLICIES: Final = "properties.accessPolicies[].objectId"
_SERVICE_PRINCIPAL: Final = "azuread:index/servicePrincipal:ServicePrincipal"


def _has_a_service_endpoint(plan: Plan, one: Planned, subnet_: Planned) -> bool:
    forgiven = plan.keys(one, "properties.networkAcls.virtualNetworkRules[].ignoreMissingVnetServiceEndpoint")
    services = {str(each) for each in plan.keys(subnet_, "serviceEndpoints[].service")}
    return True in forgiven or any(each.startswith("microsoft.keyvault") for each in services)


def _has_hardware(plan: Plan, key: Planned, holder: Planned) -> bool:
    in_hardware = str(plan.known(key, "properties.kty")).endswith("-hsm")
    return not in_hardware or plan.known(holder, "properties.sku.name") == "premium"


def _opened(subnet_: Sketched, **rule: Any) -> Sketch:
    rules = [{"id": Ref("apps"), **rule}]
    return Sketch(apps=subnet_, vault=vault(networkAcls={"virtualNetworkRules": rules}))


def _policy(output: str) -> Sketch:
    policies = [{"objectId": Ref("identity", output), "tenantId": "t", "permissions": {"secrets": ["get"]}}]
    return Sketch(identity=identity(), vault=vault(enableRbacAuthorization=False, accessPolicies=policies))


def _key(kty: str) -> Sketched:
    return tokens.KEY, {
        "resourceGroupName": GROUP,
        "vaultName": "kv-ignition-dev",
        "keyName": "state",
        "properties": {"kty": kty},
    }


VAULTS_IN_PLAN: Final = (
    global_name(tokens.VAULT, "vaultName"),
    Fits(
        id="key_vault.subnet-without-a-service-endpoint",
        of=tokens.VAULT,
        path="properties.networkAcls.virtualNetworkRules",
        along=_RULES,
        to=(tokens.SUBNET,),
        fits=_has_a_service_endpoint,
        says="a vault is opened to a subnet that has the service endpoint Microsoft.KeyVault",
        remedy="Add serviceEndpoints=[{{'service': 'Microsoft.KeyVault'}}] to '{other}'",
        source=f"{_NETWORK}#key-vault-firewall-enabled-virtual-networks---dynamic-ips",
        passes=_opened(
            subnet("snet-apps", "10.10.0.0/24", serviceEndpoints=[{"service": "Microsoft.KeyVault"}]),
        ),
        fails=_opened(subnet("snet-apps", "10.10.0.0/24")),
    ),
    LeadsTo(
        id="key_vault.opened-to-something-else",
        of=tokens.VAULT,
        path=_RULES,
        to=(tokens.SUBNET,),
        says="a vault is opened to subnets, by their ids",
        remedy="Pass the `id` of a Subnet, not of '{other}'",
        source=_NETWORK,
        passes=_opened(
            subnet("snet-apps", "10.10.0.0/24", serviceEndpoints=[{"service": "Microsoft.KeyVault"}]),
        ),
        fails=_opened(network()),
    ),
    LeadsTo(
        id="key_vault.policy-for-another-output",
        of=tokens.VAULT,
        path=_POLICIES,
        to=(tokens.IDENTITY,),
        output="principal_id",
        others={_SERVICE_PRINCIPAL: ("object_id",)},
        says="an access policy names its principal by the object id, which for a managed identity is principal_id",
        remedy="Pass `principal_id`; this is another output of '{other}'",
        source="https://learn.microsoft.com/azure/key-vault/general/assign-access-policy",
        passes=_policy("principal_id"),
        fails=_policy("client_id"),
    ),
)

KEYS_IN_PLAN: Final = (
    Fits(
        id="key_vault.hardware-key-in-a-standard-vault",
        of=tokens.KEY,
        path="properties.kty",
        to=(tokens.VAULT,),
        fits=_has_hardware,
        says="only a vault of the premium tier holds keys in hardware, RSA-HSM and EC-HSM",
        remedy="Give '{other}' the sku premium, or '{this}' the kty RSA",
        source="https://learn.microsoft.com/azure/key-vault/keys/about-keys",
        passes=Sketch(vault=vault(sku={"family": "A", "name": "premium"}), key=_key("RSA-HSM")),
        fails=Sketch(vault=vault(), key=_key("RSA-HSM")),
    ),
)
