"""A literal ARM id is a resource of the plan only where its subscription is the program's own."""

import dataclasses

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.packages.azure_native import sketches, tokens
from local_cloud.server.plan.examples import Sketch
from local_cloud.server.plan.judge import Judge
from local_cloud.server.plan.planned import Planned

JUDGE = Judge(PACKAGES)
MINE, OTHER = "11111111-1111-4111-8111-111111111111", "99999999-9999-4999-8999-999999999999"
RULE = "container_apps.app-in-another-region"
ROLE = f"/subscriptions/{MINE}/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"


def _environment_id(subscription):
    group = f"/subscriptions/{subscription}/resourceGroups/{sketches.GROUP}"
    return f"{group}/providers/Microsoft.App/managedEnvironments/cae-ignition-dev"


def _apart(subscription, *after, **others):
    """An app in another region than the environment of the plan that has the name in its literal id."""
    app = sketches.app(location="northeurope", environmentId=_environment_id(subscription), depends_on=[*after])
    return list(Sketch(environment=sketches.environment(), **others, app=app).planned())


def _found(resources, configured=None):
    plan = JUDGE.plan(resources, subscription=configured)
    return {each.rule.id: each for each in JUDGE.refusals(plan, subscription=configured)}


def test_an_id_of_the_configured_subscription_is_refused():
    assert not _found(_apart(MINE), MINE.upper())[RULE].warning


def test_an_id_of_another_subscription_than_the_configured_one_is_not_judged():
    assert _found(_apart(OTHER), MINE) == {}


def test_an_id_of_the_placeholder_subscription_is_the_programs_own():
    assert not _found(_apart("00000000-0000-0000-0000-000000000000"))[RULE].warning


def test_an_id_of_the_only_subscription_that_is_named_is_a_warning_that_says_what_to_set():
    found = _found(_apart(MINE))[RULE]
    assert found.warning
    assert f"{MINE} is the subscription of this program: set azure-native:subscriptionId" in found.reason


def test_a_resource_that_waits_for_what_it_names_by_an_id_means_it():
    assert not _found(_apart(MINE, "environment"))[RULE].warning


def test_roles_are_named_in_the_programs_own_subscription():
    role = sketches.role(scope="/", principalId="p", roleDefinitionId=ROLE)
    assert not _found(_apart(MINE, role=role))[RULE].warning
    assert RULE not in _found(_apart(OTHER, role=role))


def _by_provider(resources, subscription):
    urn = "urn:pulumi:example::example::pulumi:providers:azure-native::azure"
    provider = Planned(urn=urn, token="pulumi:providers:azure-native", inputs={"subscriptionId": subscription})
    return [provider, *(dataclasses.replace(each, provider=urn) for each in resources)]


@pytest.mark.parametrize("other", ["", MINE])
def test_the_providers_own_subscription_counts_and_not_the_stacks(other):
    assert not _found(_by_provider(_apart(MINE), MINE), other)[RULE].warning
    assert _found(_by_provider(_apart(OTHER), MINE), OTHER) == {}


def test_a_resource_does_not_name_itself():
    remote = f"/subscriptions/{OTHER}/resourceGroups/{sketches.GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-ignition-dev"
    peering = {"name": "there", "remoteVirtualNetwork": {"id": remote}}
    resources = list(Sketch(network=sketches.network(virtualNetworkPeerings=[peering])).planned())
    assert _found(resources) == {}
    assert "network.peered-networks-overlap" in _found(resources, OTHER)


def test_an_inline_subnet_is_judged_like_a_subnet_and_named_with_its_network():
    subnet = {"name": "snet-data", "addressPrefix": "10.10.2.0/24", "delegations": []}
    network = f"/subscriptions/{MINE}/resourceGroups/{sketches.GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-ignition-dev"
    server = sketches.server(network={"delegatedSubnetResourceId": f"{network}/subnets/snet-data"}, depends_on=["net"])
    resources = list(Sketch(net=sketches.network(subnets=[subnet]), server=server).planned())
    found = _found(resources)["postgres.server-subnet-delegation"]
    assert found.other.declared_by == resources[0].urn
    assert "Subnet 'net.subnets[0]' (__main__.py:1)" in found.reason


def test_a_literal_id_leads_to_a_resource_whose_type_is_not_registered():
    gateway = "azure-native:network:NatGateway", {"resourceGroupName": sketches.GROUP, "natGatewayName": "ng"}
    at = f"/subscriptions/{MINE}/resourceGroups/{sketches.GROUP}/providers/Microsoft.Network/natGateways/ng"
    subnet = sketches.subnet("snet-apps", "10.10.0.0/24", natGateway={"id": at})
    plan = JUDGE.plan(Sketch(network=sketches.network(), gateway=gateway, apps=subnet).planned(), subscription=MINE)
    (apps,) = plan.of(tokens.SUBNET)
    assert plan.target(apps, "natGateway.id").name == "gateway"
