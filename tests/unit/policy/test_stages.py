"""Which stage a stack is of."""

import pulumi
import pytest

from policy.stages import Stage, current


@pytest.mark.parametrize(
    ("config", "stage"),
    [
        ({}, Stage.PRODUCTION),
        ({"ignition:stage": "production"}, Stage.PRODUCTION),
        ({"ignition:stage": "something"}, Stage.PRODUCTION),
        ({"ignition:stage": "development"}, Stage.DEVELOPMENT),
        ({"ignition:stage": "development", "ignition:attached_providers_only": "true"}, Stage.LOCAL),
    ],
)
def test_the_stage_follows_from_the_configuration_and_is_production_in_doubt(config, stage):
    pulumi.runtime.set_all_config(config)
    try:
        assert current() is stage
    finally:
        pulumi.runtime.set_all_config({})
