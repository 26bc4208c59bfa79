from __future__ import annotations

import pytest

from infra.config import ConfigError
from infra.config.placeholders import placeholders
from infra.config.reading import REACHING_PROVIDERS, refuse_placeholders, refuse_unattached
from tests.unit.infra.config.samples import config

_REAL = {
    "azure__subscription_id": "11111111-1111-1111-1111-111111111111",
    "azure__tenant_id": "22222222-2222-2222-2222-222222222222",
    "azure__deployers": ["33333333-3333-3333-3333-333333333333"],
    "cloudflare__account_id": "0123456789abcdef0123456789abcdef",
    "cloudflare__zone_id": "fedcba9876543210fedcba9876543210",
    "oauth__google_client_id": "7-abc.apps.googleusercontent.com",
}


def test_a_deployment_refuses_placeholders_and_names_the_commands() -> None:
    with pytest.raises(ConfigError) as raised:
        refuse_placeholders(config("prod"))
    assert [each.key for each in raised.value.problems] == [
        "ignition:azure.subscription_id",
        "ignition:azure.tenant_id",
        "ignition:azure.deployers[0]",
        "ignition:cloudflare.account_id",
        "ignition:cloudflare.zone_id",
        "ignition:oauth.google_client_id",
    ]
    assert "`pulumi config set --path 'ignition:azure.tenant_id' VALUE`" in str(raised.value)


def test_real_identifiers_are_deployed() -> None:
    made = config("prod", **_REAL)
    assert placeholders(made) == []
    refuse_placeholders(made)


def test_a_stack_with_attached_providers_keeps_its_placeholders() -> None:
    refuse_placeholders(config("local"))


@pytest.mark.parametrize("attached", ["", "azure-native:1", "azure-native:1,azuread:2,random:3"])
def test_a_local_stack_refuses_to_reach_a_real_cloud(attached: str) -> None:
    with pytest.raises(ConfigError, match=r"real .*cloudflare") as raised:
        refuse_unattached(config("local"), {"PULUMI_DEBUG_PROVIDERS": attached})
    assert "ignition up" in str(raised.value)


def test_a_local_stack_runs_with_its_providers_attached() -> None:
    attached = ",".join(f"{each}:1" for each in REACHING_PROVIDERS)
    refuse_unattached(config("local"), {"PULUMI_DEBUG_PROVIDERS": attached})


def test_other_stacks_need_no_attached_providers() -> None:
    refuse_unattached(config("prod"), {})
