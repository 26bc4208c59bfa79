"""
The sections of the configuration that are about Cloudflare, and host names.

A default is the safe production value, as in `azure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from infra.config.sections.keys import (
    EMAIL,
    GUID,
    HOST,
    ID32,
    NETWORK,
    PATH,
    ZERO_ID,
    Key,
    between,
    each,
    matching,
)
from infra.config.sections.rotation import RotationSection
from infra.config.sections.section import Section

Plan = Literal["free", "pro"]
CertificateForm = Literal["pem", "pfx"]


EDGE_AUTHORITIES: Final = ("letsencrypt.org", "pki.goog", "sectigo.com", "ssl.com")
"""
Whom Cloudflare gets certificates from (https://developers.cloudflare.com/ssl/edge-certificates/backup-certificates/). All of them
must be allowed: which one renews, or stands in when a certificate is revoked, is Cloudflare's choice.
"""


class CloudflareSection(Section):
    """The account at Cloudflare."""

    account_id: Annotated[str, Key("The account that buckets and their tokens are made in.", ID32, ZERO_ID)]
    zone_id: Annotated[str, Key("The zone that the hosts lie in.", ID32, ZERO_ID)]


class ZoneSection(Section):
    """The zone. What exists in it once belongs to the one stack that owns it."""

    name: Annotated[str, Key("The zone's name.", HOST)]
    owned: Annotated[
        bool,
        Key(
            "Whether this stack makes what the zone has once: its TLS and HTTPS settings, rulesets, CAA, DNSSEC. One stack only."
        ),
    ] = False
    plan: Annotated[Plan, Key("The zone's plan.")] = "free"
    advanced_certificate: Annotated[
        bool,
        Key("Whether the zone has Advanced Certificate Manager, which covers hosts two levels deep (paid for apart)."),
    ] = False
    other_hosts: Annotated[
        tuple[str, ...],
        Key("With `owned`: proxied hosts of other stacks, for the zone's rules to hold for them too.", each(HOST)),
    ] = ()
    azure_certificates: Annotated[
        bool,
        Key(
            "With `owned`: whether another stack serves a host with `tls: managed`, so that CAA must allow Azure's authority."
        ),
    ] = False
    dnssec: Annotated[bool, Key("With `owned`: whether the zone is signed.")] = True
    hsts_max_age_s: Annotated[
        int, Key("With `owned`: how long browsers refuse plain HTTP.", between(0, 63_072_000, unit="seconds"))
    ] = 31_536_000
    hsts_include_subdomains: Annotated[
        bool,
        Key(
            "With `owned`: whether for everything below each host too, also where no stack knows of it. Browsers remember it for as long "
            "as `hsts_max_age_s`."
        ),
    ] = False
    strict_tls: Annotated[
        Literal["hosts", "zone"],
        Key(
            "With `owned`: where the edge insists on a certificate of the origin that it trusts: at the hosts of the stacks, or at every "
            "proxied host of the zone, also those that no stack knows."
        ),
    ] = "hosts"
    certificate_authorities: Annotated[
        tuple[str, ...],
        Key(
            "With `owned`: who may issue certificates for names in the zone (CAA), the hosts that no stack knows included. None: no such "
            "records, and everybody may.",
            each(HOST),
        ),
    ] = EDGE_AUTHORITIES


class HostSection(Section):
    """One host name."""

    name: Annotated[str, Key("The full name.", HOST)]
    tls: Annotated[
        Literal["edge", "managed"],
        Key(
            "Who certifies it for browsers: `edge` is Cloudflare, which proxies; `managed` is Azure, with DNS alone at Cloudflare."
        ),
    ] = "edge"
    certificate_form: Annotated[
        CertificateForm,
        Key(
            "With `edge`: how Azure gets the app's certificate; `pfx` where it refuses PEM with 'must contain one private key'."
        ),
    ] = "pem"
    key_generation: Annotated[
        int, Key("With `edge`: raise it for a new key between edge and app.", between(1, 10_000))
    ] = 1


class HostsSection(Section):
    """The host names."""

    api: Annotated[HostSection, Key("The backend's.")]
    admin: Annotated[HostSection, Key("The admin console's.")]
    frontend: Annotated[
        str, Key("The user interface's. It is not created here; the backend accepts requests from its pages.", HOST)
    ]
    ttl_s: Annotated[
        int,
        Key(
            "The TTL of records that are not proxied; low while hosts move.",
            between(60, 86_400, unit="seconds"),
        ),
    ] = 300

    @property
    def apps(self) -> Mapping[str, HostSection]:
        """The hosts of the apps, by app."""
        return {"api": self.api, "admin": self.admin}


class TransitionSection(Section):
    """Objects that move to the storage class for infrequent access."""

    prefix: Annotated[str, Key("The prefix of the objects' names.")]
    after_days: Annotated[int, Key("The age at which they move.", between(1, 3650, unit="days"))]


class ObjectStorageSection(Section):
    """The private bucket at R2."""

    jurisdiction: Annotated[
        Literal["default", "eu", "fedramp"],
        Key("Where objects must stay by law. It cannot change later: another value is another bucket."),
    ] = "eu"
    location: Annotated[
        Literal["weur", "eeur", "wnam", "enam", "apac", "oc"] | None,
        Key("A hint for the bucket's location; it counts at creation only."),
    ] = None
    endpoint: Annotated[
        str,
        Key(
            "Where the S3 interface is. `{account_id}` and `{jurisdiction}` (`.eu`, or nothing for default) are filled in.",
            matching(
                r"https?://([^\s/{}]|\{account_id\}|\{jurisdiction\})+",
                "a web address without a path",
                passes="https://s3.ecent.online",
                fails="s3.ecent.online",
            ),
        ),
    ] = "https://{account_id}{jurisdiction}.r2.cloudflarestorage.com"
    cors: Annotated[bool, Key("Whether pages of the frontend and the admin console may use signed addresses.")] = False
    abort_uploads_after_days: Annotated[
        int, Key("When unfinished uploads are aborted.", between(1, 365, unit="days"))
    ] = 7
    transitions: Annotated[
        tuple[TransitionSection, ...], Key("Objects that move to the class for infrequent access.")
    ] = ()
    locked_prefix: Annotated[
        str | None,
        Key(
            "Objects under it cannot be changed or deleted; null locks nothing. Keep personal data out of it.",
            matching(".+/", "a prefix that ends with a slash", passes="audit/", fails="audit"),
        ),
    ] = "audit/"
    locked_days: Annotated[int, Key("How long the lock holds.", between(1, 3650, unit="days"))] = 365
    source_ranges: Annotated[
        tuple[str, ...], Key("The addresses that may use the key pair; empty means all.", each(NETWORK))
    ] = ()
    rotation: Annotated[RotationSection, Key("The two key pairs.")] = Field(default_factory=RotationSection)


class RateLimitSection(Section):
    """The rate limit of one address on expensive paths."""

    path_prefix: Annotated[str, Key("Which paths.", PATH)] = "/auth/"
    requests: Annotated[int, Key("Requests in a period.", between(1, 1_000_000))] = 10
    period_s: Annotated[
        int, Key("The period; the zone's plan decides which there are.", between(10, 3600, unit="seconds"))
    ] = 60
    timeout_s: Annotated[
        int,
        Key(
            "How long an address above the limit is blocked; the plan decides which values exist.",
            between(10, 86_400, unit="seconds"),
        ),
    ] = 600


class AccessSection(Section):
    """Who may reach the admin console. With nobody named, only its own sign-in protects it."""

    emails: Annotated[tuple[str, ...], Key("People, by address.", each(EMAIL))] = ()
    email_domains: Annotated[tuple[str, ...], Key("Everybody with an address of these domains.", each(HOST))] = ()
    groups: Annotated[tuple[str, ...], Key("Entra groups, by object id; `entra` follows from them.", each(GUID))] = ()
    entra: Annotated[
        bool,
        Key(
            "Whether people sign in with the tenant's accounts; otherwise with what the organisation offers, such as a code by e-mail."
        ),
    ] = False
    team: Annotated[
        str | None,
        Key(
            "With anybody named: the Zero Trust organisation, the first label of TEAM.cloudflareaccess.com. It is made once by hand.",
            matching(
                "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
                "one label in lower case",
                passes="ecent",
                fails="ecent.cloudflareaccess.com",
            ),
        ),
    ] = None
    session: Annotated[
        str,
        Key("How long a sign-in lasts.", matching(r"\d+(m|h)", "minutes or hours such as 8h", passes="8h", fails="8")),
    ] = "8h"

    @property
    def names_somebody(self) -> bool:
        """Whether anybody may sign in; with nobody named, no Access application is created."""
        return bool(self.emails or self.email_domains or self.groups)


class EdgeSection(Section):
    """How the edge handles requests."""

    origin_locked: Annotated[
        bool, Key("Whether apps behind the edge take connections from Cloudflare's addresses only.")
    ] = True
    rate_limit: Annotated[RateLimitSection, Key("With `zone.owned`: the limit on sign-in.")] = Field(
        default_factory=RateLimitSection
    )
    access: Annotated[AccessSection, Key("Zero Trust Access before the admin console.")] = Field(
        default_factory=AccessSection
    )
    access_team_url: Annotated[
        str,
        Key(
            "Who issues the tokens of Access, and has their keys. `{team}` is filled in.",
            matching(
                r"https?://([^\s/{}]|\{team\})+",
                "a web address without a path",
                passes="https://access.ecent.online",
                fails="ecent.cloudflareaccess.com",
            ),
        ),
    ] = "https://{team}.cloudflareaccess.com"
    rotation: Annotated[
        RotationSection,
        Key("The two secrets by which the backend knows the edge; with `zone.owned` the edge sends the active one."),
    ] = Field(default_factory=RotationSection)
