"""Settings that exist once for a zone."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from local_cloud.packages.cloudflare.base import API, EXAMPLE_ZONE, ZONE_ID, EdgeType
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Valid
from local_cloud.server.values.shapes import is_dict
from local_cloud.services.edge.rules.zones_in_plan import SETTINGS_IN_PLAN

_SETTINGS: Final = f"{API}/resources/zones/subresources/settings/"
_SWITCH: Final = ("on", "off")
VALUES: Final[dict[str, tuple[Any, ...] | type]] = {
    "always_use_https": _SWITCH,
    "automatic_https_rewrites": _SWITCH,
    "brotli": _SWITCH,
    "browser_check": _SWITCH,
    "cache_level": ("aggressive", "basic", "simplified"),
    "email_obfuscation": _SWITCH,
    "http2": _SWITCH,
    "http3": _SWITCH,
    "ip_geolocation": _SWITCH,
    "ipv6": _SWITCH,
    "min_tls_version": ("1.0", "1.1", "1.2", "1.3"),
    "opportunistic_encryption": _SWITCH,
    "opportunistic_onion": _SWITCH,
    "security_header": dict,
    "security_level": ("off", "essentially_off", "low", "medium", "high", "under_attack"),
    "ssl": ("off", "flexible", "full", "strict", "origin_pull"),
    "tls_1_3": ("on", "off", "zrt"),
    "tls_client_auth": _SWITCH,
    "websockets": _SWITCH,
    "0rtt": _SWITCH,
}
"""What each setting takes; a setting that is not here is refused until it is added with its values."""

_HSTS: Final = ("enabled", "max_age", "include_subdomains", "preload", "nosniff")


def _fits(inputs: Inputs) -> bool:
    allowed, value = VALUES.get(inputs["settingId"]), inputs["value"]
    if not isinstance(allowed, tuple):
        return allowed is None or isinstance(value, allowed)
    return value in allowed


def _complete_hsts(inputs: Inputs) -> bool:
    if inputs["settingId"] != "security_header":
        return True
    value = inputs["value"]
    header = value.get("strict_transport_security") if is_dict(value) else None
    return is_dict(header) and set(header) == set(_HSTS)


class ZoneSetting(EdgeType):
    """One setting. Removing the resource leaves it as it is in a real zone; the local edge goes back to the default."""

    token = "cloudflare:index/zoneSetting:ZoneSetting"
    made_once_source = "https://developers.cloudflare.com/api/resources/zones/subresources/settings/"
    after_lost_state = Import("{zoneId}/{settingId}")
    id_from = ("zoneId", "settingId")
    unseen: ClassVar = {
        "settingId": "the zone's plan does not have the setting, or not this value of it",
    }
    rules = (
        ZONE_ID,
        Valid(
            path="settingId",
            test=lambda name: name in VALUES,
            says=f"the settings known here are {', '.join(sorted(VALUES))}",
            source=_SETTINGS,
            passes="http3",
            fails="min_tls",
        ),
        Combination(
            path="value",
            test=_fits,
            says="the setting takes another kind of value",
            source=_SETTINGS,
            passes={"settingId": "ssl", "value": "strict"},
            fails={"settingId": "ssl", "value": "full_strict"},
        ),
        Combination(
            path="value",
            test=_complete_hsts,
            says=f"strict_transport_security has all of {', '.join(_HSTS)}",
            source="https://developers.cloudflare.com/ssl/edge-certificates/additional-options/http-strict-transport-security/",
            passes={"settingId": "security_header", "value": {"strict_transport_security": dict.fromkeys(_HSTS, True)}},
            fails={"settingId": "security_header", "value": {"strict_transport_security": {"enabled": True}}},
        ),
    )
    plan_rules = SETTINGS_IN_PLAN
    example: ClassVar = {"zoneId": EXAMPLE_ZONE, "settingId": "http3", "value": "on"}
