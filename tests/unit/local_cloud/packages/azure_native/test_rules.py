"""Rules of azure-native types that hold for more than the two values beside them."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.packages.azure_native.addresses import inside, is_cidr, is_ipv4_range, overlap
from local_cloud.packages.azure_native.shared import RESOURCE_GROUP_NAME, duration_minutes
from local_cloud.server.generic.check import problems
from local_cloud.server.generic.diff import Change, changes, refused_changes
from local_cloud.server.wire import UNKNOWN, Secret
from local_cloud.services.container_apps.types.app_certificate import Certificate
from local_cloud.services.container_apps.types.app_container_app import ContainerApp
from local_cloud.services.container_apps.types.app_job import Job
from local_cloud.services.key_vault.types.keyvault_secret import Secret as KeyVaultSecret
from local_cloud.services.key_vault.types.keyvault_vault import VAULT_NAME, Vault
from local_cloud.services.monitoring.types.monitor_scheduled_query_rule import ScheduledQueryRule
from local_cloud.services.network.types.network_network_security_group import NetworkSecurityGroup
from local_cloud.services.network.types.network_subnet import Subnet
from local_cloud.services.postgres.rules.server import SERVER_NAME
from local_cloud.services.postgres.types.dbforpostgresql_administrators_microsoft_entra import (
    AdministratorsMicrosoftEntra,
)
from local_cloud.services.postgres.types.dbforpostgresql_server import Server
from tests.support.property_values import patched

networks = st.builds(
    lambda start, length: ipaddress.IPv4Network((start >> (32 - length) << (32 - length), length)),
    st.integers(0, 2**32 - 1),
    st.integers(1, 32),
)


def _problems(resource_type, **patch):
    return problems(resource_type, patched(resource_type.example, patch))


@given(st.from_regex(r"[a-z](-?[a-z0-9]){2,23}", fullmatch=True))
def test_a_vault_takes_names_of_3_to_24_characters_only(name):
    assert VAULT_NAME.holds(name) == (len(name) <= 24)


@given(st.from_regex(r"[a-z0-9](-?[a-z0-9]){2,62}", fullmatch=True))
def test_a_server_takes_names_of_3_to_63_characters_only(name):
    assert SERVER_NAME.holds(name) == (len(name) <= 63)


@given(st.from_regex(r"[-\w._()]{1,95}", fullmatch=True))
def test_a_group_takes_names_that_do_not_end_with_a_full_stop(name):
    assert RESOURCE_GROUP_NAME.holds(name) == (len(name) <= 90 and not name.endswith("."))


@given(networks, networks)
def test_overlaps_are_found_whichever_comes_first(first, second):
    assert overlap([str(first), str(second)]) == overlap([str(second), str(first)]) == first.overlaps(second)


@given(st.lists(networks, max_size=6))
def test_an_overlap_among_many_is_found(many):
    pairs = [(a, b) for i, a in enumerate(many) for b in many[i + 1 :]]
    assert overlap(str(each) for each in many) == any(a.overlaps(b) for a, b in pairs)


@given(networks, networks)
def test_a_range_lies_inside_what_contains_it(range_, space):
    assert inside(str(range_), [str(space)]) == range_.subnet_of(space)


@given(networks)
def test_a_range_with_host_bits_is_none(network):
    if network.prefixlen < 31:
        shifted = f"{network.network_address + 1}/{network.prefixlen}"
        assert not is_cidr(shifted)
        assert not is_ipv4_range(shifted)


@given(st.integers(0, 40), st.integers(0, 30), st.integers(0, 90))
def test_durations_are_read_as_they_are_written(days, hours, minutes):
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M")) if number)
    text = f"P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"
    assert duration_minutes(text) == ((days * 24 + hours) * 60 + minutes if text != "P" else None)


@pytest.mark.parametrize("text", ["", "5M", "PT", "P1DT", "PT5", "5 minutes", "PT1.5H"])
def test_what_is_no_duration_is_read_as_none(text):
    assert duration_minutes(text) is None


@given(st.integers(1, 16))
def test_the_consumption_profile_takes_twice_as_much_memory_as_cpu(quarters):
    resources = {"cpu": quarters / 4, "memory": f"{quarters / 2}Gi"}
    assert _problems(ContainerApp(), **{"template.containers[].resources": resources}) == []
    more = {"cpu": quarters / 4, "memory": f"{quarters / 2 + 0.5}Gi"}
    assert _problems(ContainerApp(), **{"template.containers[].resources": more})


def test_containers_share_the_pairs_of_the_consumption_profile():
    two = [
        {**ContainerApp.example["template"]["containers"][0], "name": name, "resources": {"cpu": cpu, "memory": memory}}
        for name, cpu, memory in (("api", 0.25, "0.75Gi"), ("proxy", 0.25, "0.25Gi"))
    ]
    assert _problems(ContainerApp(), **{"template.containers": two}) == []


def test_a_dedicated_profile_takes_any_pair():
    uneven = {"template.containers[].resources": {"cpu": 1, "memory": "7Gi"}}
    assert _problems(ContainerApp(), workloadProfileName="work", **uneven) == []
    assert _problems(ContainerApp(), **uneven)


def test_a_reference_to_a_secret_that_is_missing_is_named_by_its_place():
    (problem,) = _problems(ContainerApp(), **{"template.containers[].env": [{"name": "A", "secretRef": "nothing"}]})
    assert problem.path == "template.containers[0].env[0].secretRef"
    assert "is 'nothing', but configuration.secrets holds no secret of that name" in problem.reason


def test_a_reference_waits_for_secrets_that_are_not_known_yet():
    inputs = patched(ContainerApp.example, {"configuration.secrets": UNKNOWN})
    assert problems(ContainerApp(), inputs) == []


def test_a_secret_of_an_app_that_breaks_a_rule_is_not_shown():
    secret = {"name": "database-url", "value": Secret("s3cret"), "keyVaultUrl": "https://kv.vault.azure.net/s3cret"}
    found = problems(ContainerApp(), patched(ContainerApp.example, {"configuration.secrets": Secret([secret])}))
    assert found
    assert not any("s3cret" in each.reason for each in found)


@pytest.mark.parametrize(
    ("resource_type", "path"),
    [
        (Server(), "administratorLoginPassword"),
        (KeyVaultSecret(), "properties.value"),
        (Certificate(), "properties.value"),
    ],
)
def test_a_value_that_is_secret_by_its_nature_is_never_shown(resource_type, path):
    found = _problems(resource_type, **{path: "s3cret!" * 10_000})
    assert found
    assert not any("s3cret" in each.reason for each in found)


@pytest.mark.parametrize("schedule", ["0 3 * * *", "*/15 8-18 * * 1-5", "0 0 1,15 * *", "5 4 * * sun"])
def test_a_job_takes_schedules_of_five_fields(schedule):
    timed = {
        "configuration.triggerType": "Schedule",
        "configuration.manualTriggerConfig": None,
        "configuration.scheduleTriggerConfig": {"cronExpression": schedule},
    }
    assert _problems(Job(), **timed) == []
    timed["configuration.scheduleTriggerConfig"] = {"cronExpression": f"0 {schedule}"}
    assert _problems(Job(), **timed)


@pytest.mark.parametrize("ports", ["0-65535", "22", "*", "8000-8010"])
def test_a_security_rule_takes_ports_and_ranges(ports):
    assert _problems(NetworkSecurityGroup(), **{"securityRules[].destinationPortRange": ports}) == []


@pytest.mark.parametrize("ports", ["65536", "443-80", "http", "80,443", ""])
def test_a_security_rule_takes_nothing_else_for_ports(ports):
    assert _problems(NetworkSecurityGroup(), **{"securityRules[].destinationPortRange": ports})


@pytest.mark.parametrize(
    ("service", "longest"), [("Microsoft.App/environments", 27), ("Microsoft.Web/serverFarms", 29)]
)
def test_a_subnet_is_as_large_as_its_service_asks(service, longest):
    delegations = [{"name": "to", "serviceName": service}]
    assert _problems(Subnet(), addressPrefix=f"10.10.0.0/{longest}", delegations=delegations) == []
    assert _problems(Subnet(), addressPrefix=f"10.10.0.0/{longest + 1}", delegations=delegations)


def test_values_of_another_services_enum_are_refused_and_the_right_ones_pass():
    assert _problems(AdministratorsMicrosoftEntra(), principalType="Group") == []
    assert _problems(AdministratorsMicrosoftEntra(), principalType="servicePrincipal")
    assert _problems(ScheduledQueryRule(), **{"criteria.allOf[].operator": "LessThan"}) == []
    assert _problems(ScheduledQueryRule(), **{"criteria.allOf[].operator": "lt"})


def test_a_location_written_in_another_way_is_no_change():
    old, new = ({**Subnet.example, "location": text} for text in ("West Europe", "westeurope"))
    assert changes(Subnet(), old, new) == []


def test_a_vault_in_another_place_is_refused():
    new = {**Vault.example, "location": "northeurope"}
    assert refused_changes(Vault(), dict(Vault.example), new) == ["location"]
    assert changes(Vault(), dict(Vault.example), new) == [Change("location", "update", replaces=False)]
