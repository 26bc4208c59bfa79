"""Access applications: what stands before the admin host."""

from __future__ import annotations

import hashlib
import re
from typing import ClassVar, Final

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, API, EXAMPLE_ACCOUNT, ZONE_ID, EdgeType, belongs_to_one
from local_cloud.packages.cloudflare.lookups import cloudflare, owner_of, quoted
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Pattern, objects, part
from local_cloud.services.edge.rules.access_in_plan import APPLICATIONS_IN_PLAN

_CREATE: Final = f"{API}/resources/zero_trust/subresources/access/subresources/applications/methods/create/"
DURATION: Final = r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+"


def _names_something(inputs: Inputs) -> bool:
    return inputs.get("type") != "self_hosted" or bool(inputs.get("destinations")) or inputs.get("domain") is not None


def _public_uris(inputs: Inputs) -> bool:
    public = [each for each in objects(inputs, "destinations") if each.get("type") == "public"]
    return all(re.fullmatch(r"[^/:]+(/.*)?", each.get("uri") or "") for each in public)


def _are_distinct(values: list[object]) -> bool:
    given = [each for each in values if each is not None]
    return len(given) == len(set(given))


class ZeroTrustAccessApplication(EdgeType):
    """An application behind Access."""

    token = "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication"
    after_lost_state = Import(
        "{owner}/{id}",
        find=lambda inputs: cloudflare(f"{owner_of(inputs)}/access/apps", f".name == {quoted(inputs['name'])}"),
        needs=("owner", "name"),
    )
    create_only = ("accountId", "zoneId")
    unseen: ClassVar = {
        "destinations": "the account has no Zero Trust organization, no zone of a host, or an application for it already",
    }
    rules = (
        ACCOUNT_ID,
        ZONE_ID,
        belongs_to_one("an application", _CREATE),
        Combination(
            path="destinations",
            test=_names_something,
            says="a self-hosted application names its destinations",
            source=_CREATE,
            passes={"destinations": [{"type": "public", "uri": "admin.ecent.online"}]},
            fails={"destinations": []},
        ),
        Combination(
            path="destinations",
            test=_public_uris,
            says="a public destination's uri is a host without a scheme",
            source=_CREATE,
            passes={"destinations": [{"type": "public", "uri": "admin.ecent.online"}]},
            fails={"destinations": [{"type": "public", "uri": "https://admin.ecent.online"}]},
        ),
        Combination(
            path="policies",
            test=lambda inputs: (
                _are_distinct([each.get("precedence") for each in objects(inputs, "policies")])
                and _are_distinct([each["id"] for each in objects(inputs, "policies") if "id" in each])
            ),
            says="the policies of an application have distinct precedences and ids",
            source=_CREATE,
            passes={"policies": [{"id": "a", "precedence": 1}, {"id": "b", "precedence": 2}]},
            fails={"policies": [{"id": "a", "precedence": 1}, {"id": "b", "precedence": 1}]},
        ),
        Combination(
            path="autoRedirectToIdentity",
            test=lambda inputs: (
                inputs.get("autoRedirectToIdentity") is not True or len(inputs.get("allowedIdps") or []) == 1
            ),
            says="an application that skips the choice of a provider allows exactly one, in allowedIdps",
            source=_CREATE,
            passes={"autoRedirectToIdentity": True, "allowedIdps": ["0123456789abcdef0123456789abcdef"]},
            fails={"autoRedirectToIdentity": True, "allowedIdps": []},
        ),
        Combination(
            path="corsHeaders.maxAge",
            test=lambda inputs: -1 <= (part(inputs, "corsHeaders").get("maxAge") or 0) <= 86400,
            says="a browser keeps a preflight's answer for -1 to 86400 seconds",
            source=_CREATE,
            passes={"corsHeaders": {"maxAge": 600}},
            fails={"corsHeaders": {"maxAge": 86401}},
        ),
        Pattern(
            path="sessionDuration",
            regex=DURATION,
            says="a duration is a number and a unit, 24h for example",
            source=_CREATE,
            passes="24h",
            fails="1 day",
        ),
    )
    plan_rules = APPLICATIONS_IN_PLAN
    example: ClassVar = {
        "accountId": EXAMPLE_ACCOUNT,
        "name": "ignition-admin",
        "type": "self_hosted",
        "destinations": [{"type": "public", "uri": "admin.ecent.online"}],
        "sessionDuration": "24h",
    }

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for every call
        """The audience that a backend verifies."""
        return {"aud": hashlib.sha256(resource_id.encode()).hexdigest()}
