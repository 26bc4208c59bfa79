"""Cloudflare resources as rules over the plan sketch them; keyword arguments replace inputs by their names on the wire."""

from __future__ import annotations

from typing import Any, Final

Sketched = tuple[str, dict[str, Any]]

ACCOUNT: Final = "0123456789abcdef0123456789abcdef"
OTHER_ACCOUNT: Final = "00000000000000000000000000000001"
ZONE: Final = "fedcba9876543210fedcba9876543210"
OTHER_ZONE: Final = "00000000000000000000000000000002"


def record(kind: str, content: Any, name: str = "api.ecent.online", **inputs: Any) -> Sketched:
    """A DNS record."""
    given = {"zoneId": ZONE, "name": name, "type": kind, "content": content, "ttl": 300, **inputs}
    return "cloudflare:index/dnsRecord:DnsRecord", given


def bucket(name: str = "ignition-dev", **inputs: Any) -> Sketched:
    """An R2 bucket."""
    return "cloudflare:index/r2Bucket:R2Bucket", {"accountId": ACCOUNT, "name": name, **inputs}


def access_application(*uris: str, **inputs: Any) -> Sketched:
    """An Access application of the account."""
    destinations = [{"type": "public", "uri": each} for each in uris]
    given = {"accountId": ACCOUNT, "name": "admin", "type": "self_hosted", "destinations": destinations, **inputs}
    return "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication", given


def ruleset(phase: str = "http_ratelimit", **inputs: Any) -> Sketched:
    """A ruleset of the zone."""
    return "cloudflare:index/ruleset:Ruleset", {
        "zoneId": ZONE,
        "kind": "zone",
        "name": "default",
        "phase": phase,
        **inputs,
    }
