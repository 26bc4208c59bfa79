from __future__ import annotations

from infra.components.apps.container_platform import ContainerPlatform
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def platform(**changes: object) -> Program[ContainerPlatform]:
    return declare(lambda: ContainerPlatform("platform", examples.container_platform(**changes)))


def test_logs_leave_by_way_of_azure_monitor_so_that_no_workspace_key_is_in_the_state() -> None:
    logs = platform().one("platform-environment").inputs["appLogsConfiguration"]
    assert logs == {"destination": "azure-monitor"}


def test_the_environment_has_workload_profiles_and_a_subnet_of_its_own() -> None:
    inputs = platform().one("platform-environment").inputs
    assert [each["workloadProfileType"] for each in inputs["workloadProfiles"]] == ["Consumption"]
    assert inputs["vnetConfiguration"]["infrastructureSubnetId"].endswith("/subnets/apps")


def test_by_default_it_spans_zones_and_is_protected() -> None:
    made = platform().one("platform-environment")
    assert made.inputs["zoneRedundant"] is True
    assert made.protect


def test_a_cheap_one_gives_up_zones_and_protection_when_told_to() -> None:
    made = platform(zone_redundant=False, protect=False).one("platform-environment")
    assert made.inputs["zoneRedundant"] is False
    assert not made.protect


def test_the_default_domain_is_given_out() -> None:
    assert platform().outputs["default_domain"] == "blue.westeurope.azurecontainerapps.io"
