from __future__ import annotations

import pytest

from infra.components.access.role_assignments import ACR_PULL
from infra.components.apps.registry import Registry
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def registry(**changes: object) -> Program[Registry]:
    return declare(lambda: Registry("registry", examples.registry(**changes)))


def test_nobody_gets_in_with_a_password_or_without_a_name() -> None:
    made = registry().one("registry-registry")
    assert made.inputs["adminUserEnabled"] is False
    assert made.inputs["anonymousPullEnabled"] is False


def test_each_puller_may_pull_from_this_registry_and_no_more() -> None:
    program = registry()
    for app, principal in examples.registry().pullers.items():
        role = program.one(f"registry-{app}-pull")
        assert role.inputs["principalId"] == principal
        assert role.inputs["principalType"] == "ServicePrincipal"
        assert role.inputs["roleDefinitionId"].endswith(ACR_PULL)
        assert role.inputs["scope"].endswith("/Registry/crignitiontest")


def test_a_changed_role_is_another_assignment() -> None:
    assert registry().one("registry-api-pull").replace_on_changes == ("roleDefinitionId",)


def test_roles_are_waited_for_before_anything_pulls() -> None:
    program = registry(propagation_s=90)
    assert program.one("registry-propagation").inputs["createDuration"] == "90s"
    assert all(program.waits_for("registry-propagation", f"registry-{app}-pull") for app in ("api", "admin"))


def test_another_principal_is_another_wait() -> None:
    wait = registry(pullers={"api": "one"}).one("registry-propagation")
    assert wait.inputs["triggers"] == {"api": "one"}


def test_without_pullers_there_is_nothing_to_wait_for() -> None:
    assert registry(pullers={}).of("Sleep") == []


@pytest.mark.parametrize(("tier", "zones"), [("Premium", "Enabled"), ("Standard", "Disabled"), ("Basic", "Disabled")])
def test_zones_and_retention_come_with_the_premium_tier_only(tier: str, zones: str) -> None:
    inputs = registry(registry_tier=tier).one("registry-registry").inputs
    assert inputs["zoneRedundancy"] == zones
    inputs = registry(registry_tier=tier, untagged_days=30).one("registry-registry").inputs
    assert ("policies" in inputs) == (tier == "Premium")


def test_untagged_images_stay_unless_asked_otherwise() -> None:
    """Apps pin digests: a manifest must outlive the tag that has moved on."""
    assert "policies" not in registry().one("registry-registry").inputs


def test_a_name_that_azure_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="'cr-ignition' is not a valid name for a registry"):
        examples.registry(registry_name="cr-ignition")
