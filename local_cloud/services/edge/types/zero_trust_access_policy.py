"""Access policies: who may pass."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, API, EXAMPLE_ACCOUNT, EdgeType
from local_cloud.packages.cloudflare.lookups import cloudflare, quoted
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.rules import Combination, Pattern
from local_cloud.services.edge.rules.access_in_plan import POLICIES_IN_PLAN
from local_cloud.services.edge.types.zero_trust_access_application import DURATION

_CREATE: Final = f"{API}/resources/zero_trust/subresources/access/subresources/policies/methods/create/"


class ZeroTrustAccessPolicy(EdgeType):
    """A reusable policy of the account."""

    token = "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy"
    after_lost_state = Import(
        "{accountId}/{id}",
        find=lambda inputs: cloudflare(
            f"accounts/{inputs['accountId']}/access/policies", f".name == {quoted(inputs['name'])}"
        ),
        needs=("accountId", "name"),
    )
    create_only = ("accountId",)
    unseen: ClassVar = {
        "includes": "the account does not have a group, list, provider or posture check that the policy names",
    }
    rules = (
        ACCOUNT_ID,
        Combination(
            path="includes",
            test=lambda inputs: bool(inputs.get("includes")),
            says="a policy includes at least one rule, or it lets nobody in",
            source=_CREATE,
            passes={"includes": [{"emailDomain": {"domain": "ecent.online"}}]},
            fails={"includes": []},
        ),
        Pattern(
            path="includes[].email.email",
            regex=r"[^@\s]+@[^@\s]+\.[^@\s]+",
            says="an address has the form name@host",
            source=_CREATE,
            passes="owner@ecent.online",
            fails="owner",
        ),
        Pattern(
            path="sessionDuration",
            regex=DURATION,
            says="a duration is a number and a unit, 24h for example",
            source=_CREATE,
            passes="24h",
            fails="a day",
        ),
    )
    plan_rules = POLICIES_IN_PLAN
    example: ClassVar = {
        "accountId": EXAMPLE_ACCOUNT,
        "name": "ignition-admins",
        "decision": "allow",
        "includes": [{"email": {"email": "owner@ecent.online"}}],
        "sessionDuration": "24h",
    }
