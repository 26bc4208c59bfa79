"""
What the edge is to be: hosts, certificates, settings and rules of its zones, as plain values.

The defaults are those of a new Cloudflare zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SslMode = Literal["off", "flexible", "full", "strict"]
Normalization = Literal["none", "rfc3986", "cloudflare"]
"""https://developers.cloudflare.com/rules/normalization/how-it-works/"""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the hop behind the edge goes, for each of the two protocols: HOST:PORT, or `unix//PATH` for a socket."""

    tls: str
    http: str


@dataclass(frozen=True, kw_only=True)
class Host:
    """
    A proxied host.

    Attributes:
        origin: what its record leads to; None leads nowhere (530).
        aliases: names by which this machine's browsers may reach it as well, `api.localhost`; the origin sees the real name.
    """

    name: str
    origin: Origin | None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hsts:
    """Strict-Transport-Security."""

    max_age_s: int
    include_subdomains: bool = False
    preload: bool = False
    nosniff: bool = False


@dataclass(frozen=True, kw_only=True)
class HeaderChange:
    """What happens to one header."""

    name: str
    operation: Literal["set", "add", "remove"] = "set"
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class HeaderRule:
    """Header changes for what an expression matches."""

    expression: str
    changes: tuple[HeaderChange, ...]

    def __repr__(self) -> str:
        return f"HeaderRule({self.expression!r}, {[change.name for change in self.changes]})"  # values may be secrets


@dataclass(frozen=True, kw_only=True)
class BlockRule:
    """Requests that are refused with 403."""

    expression: str


@dataclass(frozen=True, kw_only=True)
class SslRule:
    """Another way to the origin than the zone's, for what an expression matches."""

    expression: str
    ssl: SslMode


@dataclass(frozen=True, kw_only=True)
class RateLimitRule:
    """
    How many requests that match are let through; whoever asks for more is refused for a while.

    Attributes:
        id: tells the counters of rules apart.
        by: what is counted separately: `ip.src`, `http.host`; others count as one.
    """

    id: str
    expression: str
    requests: int
    period_s: int
    timeout_s: int
    by: tuple[str, ...] = ("ip.src",)


@dataclass(frozen=True, kw_only=True)
class AccessApplication:
    """
    A host (or a path of it) that only known people reach.

    Attributes:
        aud: the application's audience tag, which its tokens name.
        emails, email_domains, everyone: who is let in.
        bypass: everybody is let in, without a token.
    """

    host: str
    aud: str
    name: str
    path: str = ""
    emails: tuple[str, ...] = ()
    email_domains: tuple[str, ...] = ()
    everyone: bool = False
    bypass: bool = False
    session_s: int = 86_400

    def admits(self, email: str) -> bool:
        """Whether an address is let in."""
        email = email.strip().lower()
        name, _, domain = email.rpartition("@")
        return bool(name and domain) and (
            self.everyone
            or email in {each.lower() for each in self.emails}
            or domain in {each.lower().removeprefix("@") for each in self.email_domains}
        )


@dataclass(frozen=True, kw_only=True)
class Zone:
    """
    One zone.

    Attributes:
        universal: Universal SSL: a certificate for the apex and one level below.
        packs: the hosts of each further certificate.
        total_tls: a certificate for every proxied host.
        normalization: what the rules see of a path; the origin always gets what the client sent.
        min_tls: `1.0` to `1.3`; below 1.2 nothing connects here either way, because the edge's own minimum is 1.2.
        request_headers, response_headers: changes on the way to the origin and back, in order.
    """

    name: str
    hosts: tuple[Host, ...] = ()
    universal: bool = True
    packs: tuple[tuple[str, ...], ...] = ()
    total_tls: bool = False
    ssl: SslMode = "full"
    normalization: Normalization = "rfc3986"
    min_tls: Literal["1.0", "1.1", "1.2", "1.3"] = "1.0"
    tls_1_3: bool = True
    always_use_https: bool = False
    hsts: Hsts | None = None
    blocks: tuple[BlockRule, ...] = ()
    rate_limits: tuple[RateLimitRule, ...] = ()
    access: tuple[AccessApplication, ...] = ()
    ssl_rules: tuple[SslRule, ...] = ()
    request_headers: tuple[HeaderRule, ...] = ()
    response_headers: tuple[HeaderRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EdgeState:
    """All zones."""

    zones: tuple[Zone, ...] = ()
