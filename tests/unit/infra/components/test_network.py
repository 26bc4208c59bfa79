from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.components.network import Network
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def network(**changes: object) -> Program[Network]:
    return declare(lambda: Network("network", examples.network(**changes)))


def rules(program: Program[Network], subnet: str) -> dict[str, Mapping[str, Any]]:
    return {each["name"]: each for each in program.one(f"network-{subnet}-rules").inputs["securityRules"]}


def test_subnets_are_made_one_after_another() -> None:
    program = network()
    assert program.waits_for("network-database", "network-apps")
    assert program.waits_for("network-endpoints", "network-database")


def test_the_network_leaves_subnets_to_their_own_resources() -> None:
    made = network().one("network-network")
    assert "subnets" not in made.inputs
    assert made.ignore_changes == ("subnets",)


@pytest.mark.parametrize(
    ("subnet", "service"),
    [("apps", "Microsoft.App/environments"), ("database", "Microsoft.DBforPostgreSQL/flexibleServers")],
)
def test_a_subnet_is_given_to_the_service_that_stands_in_it(subnet: str, service: str) -> None:
    (delegation,) = network().one(f"network-{subnet}").inputs["delegations"]
    assert delegation["serviceName"] == service


def test_rules_hold_for_private_endpoints_too() -> None:
    inputs = network().one("network-endpoints").inputs
    assert inputs["privateEndpointNetworkPolicies"] == "NetworkSecurityGroupEnabled"
    assert not inputs.get("delegations")


def test_every_subnet_has_its_security_group() -> None:
    program = network()
    for subnet in ("apps", "database", "endpoints"):
        group = program.one(f"network-{subnet}").inputs["networkSecurityGroup"]["id"]
        assert group.endswith(f"/nsg-{subnet}")


def test_the_internet_reaches_the_apps_unless_ranges_are_given() -> None:
    assert rules(network(), "apps")["allow-web"]["sourceAddressPrefix"] == "Internet"
    limited = rules(network(web_ranges=["192.0.2.0/24", "198.51.100.0/24"]), "apps")["allow-web"]
    assert limited["sourceAddressPrefixes"] == ["192.0.2.0/24", "198.51.100.0/24"]
    assert "sourceAddressPrefix" not in limited


def test_only_the_apps_and_the_standby_reach_the_database() -> None:
    inbound = {name: each for name, each in rules(network(), "database").items() if each["direction"] == "Inbound"}
    assert {name: each["sourceAddressPrefix"] for name, each in inbound.items() if each["access"] == "Allow"} == {
        "allow-apps": "10.20.0.0/23",
        "allow-standby": "10.20.2.0/27",
    }
    assert inbound["deny-others"]["priority"] == max(each["priority"] for each in inbound.values())


def test_the_database_reaches_its_storage_and_entra() -> None:
    made = rules(network(), "database")
    assert made["allow-storage"]["destinationAddressPrefix"] == "Storage"
    assert made["allow-entra"]["destinationAddressPrefix"] == "AzureActiveDirectory"


def test_only_the_apps_reach_private_endpoints() -> None:
    made = rules(network(), "endpoints")
    assert made["allow-apps"]["sourceAddressPrefix"] == "10.20.0.0/23"
    assert made["allow-apps"]["destinationPortRange"] == "443"
    assert made["deny-others"]["access"] == "Deny"


def test_both_private_zones_are_linked_without_registering_machines() -> None:
    links = network().of("VirtualNetworkLink")
    assert sorted(each.inputs["privateZoneName"] for each in links) == [
        "ignition-test.private.postgres.database.azure.com",
        "privatelink.vaultcore.azure.net",
    ]
    assert not any(each.inputs["registrationEnabled"] for each in links)


def test_a_zone_that_the_database_cannot_use_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ends with \.postgres\.database\.azure\.com"):
        examples.network(database_zone="ecent.internal")
