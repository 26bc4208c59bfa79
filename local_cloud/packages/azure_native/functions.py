"""Provider functions of azure-native; without a cloud they answer what a placeholder subscription would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_cloud.packages.azure_native.base import verification_id
from local_cloud.server.package import Function
from local_cloud.server.plan.subscriptions import PLACEHOLDER_SUBSCRIPTION
from local_cloud.server.values.guids import stable_guid


def client_config(_arguments: Mapping[str, Any], config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who the deployer is."""
    subscription = _subscription(config)
    return {
        "clientId": stable_guid("deployer", "client", subscription),
        "objectId": stable_guid("deployer", "object", subscription),
        "subscriptionId": subscription,
        "tenantId": config.get("tenantId") or stable_guid("tenant", subscription),
    }


def custom_domain_verification_id(_arguments: Mapping[str, Any], config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The text that an asuid record must hold; one a subscription."""
    return {"value": verification_id(_subscription(config))}


def _subscription(config: Mapping[str, Any]) -> str:
    return config.get("subscriptionId") or PLACEHOLDER_SUBSCRIPTION


FUNCTIONS: Mapping[str, Function] = {
    "azure-native:authorization:getClientConfig": client_config,
    "azure-native:app:getCustomDomainVerificationId": custom_domain_verification_id,
}
