"""What a ruleset's phase, rate limits and parameters may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Choice, Combination, Rule, objects, part

_PHASES: Final = (
    *("ddos_l4", "ddos_l7", "http_config_settings", "http_custom_errors", "http_log_custom_fields", "http_ratelimit"),
    *("http_request_cache_settings", "http_request_dynamic_redirect", "http_request_firewall_custom"),
    *("http_request_firewall_managed", "http_request_late_transform", "http_request_origin", "http_request_redirect"),
    *("http_request_sanitize", "http_request_sbfm", "http_request_transform", "http_response_cache_settings"),
    *("http_response_compression", "http_response_firewall_managed", "http_response_headers_transform"),
    *("magic_transit", "magic_transit_ids_managed", "magic_transit_managed", "magic_transit_ratelimit"),
)
_PRODUCTS: Final = frozenset({"bic", "hot", "rateLimit", "securityLevel", "uaBlock", "waf", "zoneLockdown"})
_ENGINE: Final = "https://developers.cloudflare.com/ruleset-engine/"
_SKIP: Final = "https://developers.cloudflare.com/waf/custom-rules/skip/options/"
_CACHE: Final = "https://developers.cloudflare.com/cache/how-to/cache-rules/settings/"
_LIMITS: Final = "https://developers.cloudflare.com/waf/rate-limiting-rules/parameters/"


def _every(test: Callable[[Mapping[str, Any]], bool]) -> Callable[[Inputs], bool]:
    return lambda inputs: all(test(each) for each in objects(inputs, "rules"))


def _skips_what_there_is(rule: Mapping[str, Any]) -> bool:
    return set(part(rule, "actionParameters").get("products") or ()) <= _PRODUCTS


def _waits_a_while(rule: Mapping[str, Any]) -> bool:
    seconds = part(rule, "actionParameters").get("readTimeout")
    return seconds is None or 1 <= seconds <= 6000


def _counts_by_something(rule: Mapping[str, Any]) -> bool:
    limit = part(rule, "ratelimit")
    return not limit or "cf.colo.id" in (limit.get("characteristics") or ())


def _rule(**given: Any) -> dict[str, Any]:
    return {"rules": [{"ref": "one", "expression": "true", **given}]}


def _skip(product: str) -> dict[str, Any]:
    return _rule(action="skip", actionParameters={"products": [product]})


def _cache(seconds: int) -> dict[str, Any]:
    return _rule(action="set_cache_settings", actionParameters={"readTimeout": seconds})


def _limit(*characteristics: str) -> dict[str, Any]:
    given = {"period": 60, "requestsPerPeriod": 10, "mitigationTimeout": 60, "characteristics": [*characteristics]}
    return _rule(action="block", ratelimit=given)


RULESET_LIMITS: Final[tuple[Rule, ...]] = (
    Choice(
        path="phase",
        among=_PHASES,
        says="a ruleset belongs to a phase that the engine has: http_request_firewall_custom, http_ratelimit, ...",
        source=f"{_ENGINE}reference/phases-list/",
        passes="http_request_origin",
        fails="http_request_firewall",
    ),
    Combination(
        path="rules[].actionParameters.products",
        test=_every(_skips_what_there_is),
        says=f"a rule skips {', '.join(sorted(_PRODUCTS))}",
        source=_SKIP,
        passes=_skip("waf"),
        fails=_skip("firewall"),
    ),
    Combination(
        path="rules[].actionParameters.readTimeout",
        test=_every(_waits_a_while),
        says="an origin gets 1 to 6000 seconds between two reads",
        source=_CACHE,
        passes=_cache(900),
        fails=_cache(6001),
    ),
    Combination(
        path="rules[].ratelimit.characteristics",
        test=_every(_counts_by_something),
        says="a limit counts by cf.colo.id, beside whatever else",
        source=_LIMITS,
        passes=_limit("cf.colo.id", "ip.src"),
        fails=_limit("ip.src"),
    ),
)
