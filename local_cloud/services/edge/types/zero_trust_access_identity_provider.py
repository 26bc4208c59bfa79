"""Identity providers of Access."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.cloudflare.base import (
    ACCOUNT_ID,
    API,
    EXAMPLE_ACCOUNT,
    ZONE_ID,
    CloudflareType,
    belongs_to_one,
)
from local_cloud.packages.cloudflare.lookups import cloudflare, owner_of, quoted
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination
from local_cloud.services.edge.rules.access_in_plan import PROVIDERS_IN_PLAN

_CREATE: Final = f"{API}/resources/zero_trust/subresources/identity_providers/methods/create/"
_ENTRA: Final = ("clientId", "clientSecret", "directoryId")


def _complete_entra(inputs: Inputs) -> bool:
    return inputs["type"] != "azureAD" or all(inputs["config"].get(name) is not None for name in _ENTRA)


class ZeroTrustAccessIdentityProvider(CloudflareType):
    """Who vouches for a person at the sign-in page."""

    token = "cloudflare:index/zeroTrustAccessIdentityProvider:ZeroTrustAccessIdentityProvider"
    after_lost_state = Import(
        "{owner}/{id}",
        find=lambda inputs: cloudflare(
            f"{owner_of(inputs)}/access/identity_providers", f".name == {quoted(inputs['name'])}"
        ),
        needs=("owner", "name"),
    )
    create_only = ("accountId", "zoneId")
    secret_outputs = ("config.clientSecret",)
    unseen: ClassVar = {
        "config": "the identity provider refuses the client id, the secret or the redirect URI",
    }
    rules = (
        ACCOUNT_ID,
        ZONE_ID,
        belongs_to_one("an identity provider", _CREATE),
        Combination(
            path="config",
            test=_complete_entra,
            says=f"an azureAD provider has {', '.join(_ENTRA)}",
            source=_CREATE,
            passes={"type": "onetimepin"},
            fails={"type": "azureAD", "config": {"clientId": "a"}},
        ),
    )
    plan_rules = PROVIDERS_IN_PLAN
    example: ClassVar = {"accountId": EXAMPLE_ACCOUNT, "name": "one-time pin", "type": "onetimepin", "config": {}}
