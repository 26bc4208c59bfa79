"""Rulesets: one entry point a phase and zone, holding the zone's rules of that phase."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, EXAMPLE_ZONE, ZONE_ID, EdgeType, belongs_to_one
from local_cloud.packages.cloudflare.lookups import cloudflare, owner_of, quoted
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Length, Range, objects, part
from local_cloud.services.edge.rules.ruleset_limits import RULESET_LIMITS
from local_cloud.services.edge.rules.zones_in_plan import RULESETS_IN_PLAN

_ENGINE: Final = "https://developers.cloudflare.com/ruleset-engine/"
_RATE: Final = "https://developers.cloudflare.com/waf/rate-limiting-rules/parameters/"
_PERIODS: Final = (
    10,
    15,
    20,
    30,
    40,
    45,
    60,
    90,
    120,
    180,
    240,
    300,
    480,
    600,
    900,
    1200,
    1800,
    2400,
    3600,
    65535,
    86400,
)
_RULE: Final[dict[str, Any]] = {
    "ref": "auth-rate",
    "expression": 'starts_with(http.request.uri.path, "/auth/")',
    "action": "block",
    "ratelimit": {
        "characteristics": ["cf.colo.id", "ip.src"],
        "period": 60,
        "requestsPerPeriod": 10,
        "mitigationTimeout": 60,
    },
}
_BELONG_TO: Final = {
    "uri": "rewrite",
    "headers": "rewrite",
    "fromValue": "redirect",
    "overrides": "execute",
    "ssl": "set_config",
}


def _parameters_belong(rule: dict[str, Any]) -> bool:
    given = part(rule, "actionParameters")
    return all(rule["action"] == action for name, action in _BELONG_TO.items() if given.get(name) is not None)


def _distinct_refs(inputs: Inputs) -> bool:
    refs = [rule["ref"] for rule in objects(inputs, "rules") if rule.get("ref") is not None]
    return len(set(refs)) == len(refs)


class Ruleset(EdgeType):
    """
    A phase's rules.

    Creating it is refused where the phase has an entry point already; removing it removes every rule of the phase.
    """

    token = "cloudflare:index/ruleset:Ruleset"
    after_lost_state = Import(
        "{owner}/{id}",
        find=lambda inputs: cloudflare(
            f"{owner_of(inputs)}/rulesets",
            f".phase == {quoted(inputs['phase'])} and .kind == {quoted(inputs['kind'])}",
        ),
        needs=("owner", "phase", "kind"),
    )
    create_only = ("zoneId", "accountId", "kind", "phase")
    unseen: ClassVar = {
        "phase": "the zone's plan does not have the phase",
        "rules": "the zone's plan has fewer rules, or none of these actions, fields, functions, counting characteristics and periods",
        "rules[].expression": "the expression does not parse, or uses a list that the account does not have",
    }
    rules = (
        ZONE_ID,
        ACCOUNT_ID,
        Length(
            path="name",
            unseen="the zone has an entry point of that phase already, made in the dashboard",
            least=1,
            most=255,
            says="a ruleset has a name",
            source=_ENGINE,
            passes="default",
            fails="",
        ),
        Length(
            path="rules[].expression",
            least=1,
            most=4096,
            says="a rule has an expression of at most 4096 characters",
            source=f"{_ENGINE}rules-language/",
            passes="true",
            fails="",
        ),
        belongs_to_one("a ruleset", _ENGINE, path="zoneId", other="accountId"),
        *RULESET_LIMITS,
        Combination(
            path="rules",
            test=_distinct_refs,
            says="the refs of a ruleset's rules are distinct",
            source=_ENGINE,
            passes={"rules": [_RULE]},
            fails={"rules": [_RULE, _RULE]},
        ),
        Combination(
            path="rules",
            test=lambda inputs: all(rule.get("ref") for rule in objects(inputs, "rules")),
            says="every rule has a stable ref; without one each update makes all rules anew",
            source="https://github.com/pulumi/pulumi-cloudflare/issues/630",
            passes={"rules": [_RULE]},
            fails={"rules": [{"action": "block", "expression": "true"}]},
        ),
        Combination(
            path="rules",
            test=lambda inputs: all(_parameters_belong(rule) for rule in objects(inputs, "rules")),
            says="action parameters belong to the rule's action: "
            + ", ".join(f"{k} to {v}" for k, v in _BELONG_TO.items()),
            source=f"{_ENGINE}rules-language/actions/",
            passes={"rules": [_RULE]},
            fails={"rules": [{**_RULE, "actionParameters": {"uri": {"path": {"value": "/"}}}}]},
        ),
        Combination(
            path="rules",
            test=lambda inputs: (
                inputs["phase"] != "http_ratelimit" or all(rule.get("ratelimit") for rule in objects(inputs, "rules"))
            ),
            says="a rule of phase http_ratelimit has ratelimit",
            source=_RATE,
            passes={"rules": [_RULE]},
            fails={"rules": [{"ref": "a", "action": "block", "expression": "true"}]},
        ),
        Combination(
            path="rules",
            test=lambda inputs: all(
                "cf.colo.id" in rule["ratelimit"]["characteristics"]
                for rule in objects(inputs, "rules")
                if rule.get("ratelimit")
            ),
            says="rate limits count by cf.colo.id and at least one other characteristic such as ip.src",
            source=_RATE,
            passes={"rules": [_RULE]},
            fails={"rules": [{**_RULE, "ratelimit": {**_RULE["ratelimit"], "characteristics": ["ip.src"]}}]},
        ),
        Choice(
            path="rules[].ratelimit.period",
            among=_PERIODS,
            says=f"a period is one of {_PERIODS} seconds",
            source=_RATE,
            passes=60,
            fails=7,
        ),
        Range(
            path="rules[].ratelimit.requestsPerPeriod",
            least=1,
            most=10**9,
            says="at least one request is allowed",
            source=_RATE,
            passes=10,
            fails=0,
        ),
    )
    plan_rules = RULESETS_IN_PLAN
    example: ClassVar = {
        "zoneId": EXAMPLE_ZONE,
        "kind": "zone",
        "name": "default",
        "phase": "http_ratelimit",
        "rules": [_RULE],
    }

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for every call
        """Every rule gets an id."""
        return {
            "rules": [
                {"enabled": True, **rule, "id": f"{resource_id}-{number}"}
                for number, rule in enumerate(objects(inputs, "rules"))
            ]
        }
