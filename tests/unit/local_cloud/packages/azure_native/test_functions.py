"""Provider functions of azure-native."""

import re

import pytest

from local_cloud.packages.azure_native.functions import FUNCTIONS
from local_cloud.services.container_apps.types.app_container_app import ContainerApp
from tests.support.recorded_cloud import call_for

CONFIG = {"subscriptionId": "22222222-2222-2222-2222-222222222222"}


def _answer(name, config):
    return FUNCTIONS[f"azure-native:{name}"]({}, config)


def test_the_deployer_is_who_the_provider_is_configured_for():
    told = _answer("authorization:getClientConfig", {**CONFIG, "tenantId": "11111111-1111-1111-1111-111111111111"})
    assert told["subscriptionId"] == CONFIG["subscriptionId"]
    assert told["tenantId"] == "11111111-1111-1111-1111-111111111111"


def test_without_configuration_a_placeholder_answers_and_always_the_same():
    first, second = (_answer("authorization:getClientConfig", {}) for _ in range(2))
    assert first == second
    assert first["subscriptionId"] == "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("config", [{}, CONFIG])
def test_the_verification_id_looks_as_azure_gives_it(config):
    assert re.fullmatch("[0-9A-F]{64}", _answer("app:getCustomDomainVerificationId", config)["value"])


def test_an_app_tells_the_verification_id_that_was_asked_for_before_it_existed():
    call = call_for(ContainerApp.token)
    made = ContainerApp().create(call, dict(ContainerApp.example))
    assert (
        made.outputs["customDomainVerificationId"] == _answer("app:getCustomDomainVerificationId", call.config)["value"]
    )
