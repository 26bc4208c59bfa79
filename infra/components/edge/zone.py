"""
What exists once in a zone: its certificates' rules, its settings and its rulesets.

Exactly one stack may make this component for a zone; it holds for every host in it, those of other stacks included. Give the hosts
and services of the stack in `depends_on`, for the last setting makes the edge insist on certificates that must be bound by then.

Deleting a setting leaves it as it is at Cloudflare. To go back, set the other value, deploy, and only then remove it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi_cloudflare as cloudflare
from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.components.edge.host import AUTOMATIC_TTL
from infra.components.edge.zone_rulesets import ZoneRules, declare, declare_strict_tls
from infra.config.rules.coverage import is_in_zone
from infra.config.rules.plan_limits import rate_limit_problems
from infra.config.sections.cloudflare import RateLimitSection, ZoneSection

AZURE_AUTHORITY: Final = "digicert.com"
"""Whom Azure gets its managed certificates from."""


@dataclass(frozen=True, kw_only=True)
class ZoneArgs:
    """
    What the zone is to be.

    Attributes:
        config: The zone and its plan.
        zone_id: 32 hex digits.
        hosts: Every proxied host that rate limit, firewall and headers are for, those of other stacks included.
        azure_certificates: Whether Azure gets certificates for hosts in the zone, in whichever stack.
        advanced_hosts: Hosts two levels deep and more, to be covered by an advanced certificate (paid for apart).
        authority: Who issues the advanced certificate.
        rate_limit: The rate limit of one address on expensive paths.
        secret_hosts: Hosts whose apps know the edge by a secret.
        secret: That secret.
        protect: Whether Pulumi refuses to take DNSSEC away: while the registrar has the DS record, that takes the zone down.
    """

    config: ZoneSection
    zone_id: str
    hosts: Sequence[str]
    azure_certificates: bool
    advanced_hosts: Sequence[str] = ()
    authority: str = "google"
    rate_limit: RateLimitSection
    secret_hosts: Sequence[str] = ()
    secret: Input[str] | None = field(default=None, repr=False)
    protect: bool

    def __post_init__(self) -> None:
        outside = [host for host in (*self.hosts, *self.advanced_hosts) if not is_in_zone(host, self.config.name)]
        problems = [f"{host} is not in the zone {self.config.name}" for host in outside]
        problems += rate_limit_problems(self.rate_limit, self.config.plan)
        if problems:
            raise ValueError(f"zone {self.config.name}: {'; '.join(problems)}")


class Zone(ComponentResource):
    """Certificate authorities, DNSSEC, TLS and HTTPS settings, what rules see of URLs, rulesets."""

    ds_record: Output[str] | None

    def __init__(self, name: str, args: ZoneArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Zone", name, None, opts)
        before: list[Resource] = [*self._authorities(name, args), *self._advanced_certificate(name, args)]
        self.ds_record = self._dnssec(name, args)
        rules = ZoneRules(
            zone_id=args.zone_id,
            plan=args.config.plan,
            hosts=args.hosts,
            rate_limit=args.rate_limit,
            secret_hosts=args.secret_hosts,
            secret=args.secret,
        )
        before += [self._normalization(name, args), *declare(name, rules, ResourceOptions(parent=self))]
        before += [
            self._setting(name, args, setting, value)
            for setting, value in {
                "min_tls_version": "1.2",
                "tls_1_3": "on",
                "always_use_https": "on",
                "automatic_https_rewrites": "on",
                "security_header": _hsts(args),
            }.items()
        ]
        # Last: from here on the edge refuses origins without a certificate that it trusts.
        if args.config.strict_tls == "zone":
            self._setting(name, args, "ssl", "strict", after=before)
        elif args.hosts:
            declare_strict_tls(name, rules, ResourceOptions(parent=self, depends_on=before))
        self.register_outputs({"ds_record": self.ds_record})

    def _authorities(self, name: str, args: ZoneArgs) -> list[cloudflare.DnsRecord]:
        azure = (
            [AZURE_AUTHORITY]
            if args.azure_certificates and AZURE_AUTHORITY not in args.config.certificate_authorities
            else []
        )
        allowed = (*args.config.certificate_authorities, *azure) if args.config.certificate_authorities else ()
        # At the apex, where lookups for all hosts end: beside a host's CNAME no other record may stand. "issue" holds for
        # wildcards too, as long as there is no "issuewild".
        return [
            cloudflare.DnsRecord(
                f"{name}-caa-{authority}",
                zone_id=args.zone_id,
                name=args.config.name,
                type="CAA",
                data=cloudflare.DnsRecordDataArgs(flags=0, tag="issue", value=authority),
                ttl=AUTOMATIC_TTL,
                opts=ResourceOptions(parent=self),
            )
            for authority in allowed
        ]

    def _advanced_certificate(self, name: str, args: ZoneArgs) -> list[cloudflare.CertificatePack]:
        if not args.advanced_hosts:
            return []
        pack = cloudflare.CertificatePack(
            f"{name}-advanced",
            zone_id=args.zone_id,
            type="advanced",
            certificate_authority=args.authority,
            hosts=sorted(
                {args.config.name, *args.advanced_hosts}
            ),  # the apex is asked for, and the API returns them in order
            validation_method="txt",
            validity_days=90,
            opts=ResourceOptions(parent=self),
        )
        return [pack]

    def _dnssec(self, name: str, args: ZoneArgs) -> Output[str] | None:
        if not args.config.dnssec:
            return None
        signed = cloudflare.ZoneDnssec(
            f"{name}-dnssec",
            zone_id=args.zone_id,
            status="active",
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        return signed.ds

    def _normalization(self, name: str, args: ZoneArgs) -> cloudflare.UrlNormalizationSettings:
        # Rules speak of paths such as /auth/. "cloudflare" also merges slashes and turns backslashes; the default does not.
        # https://developers.cloudflare.com/rules/normalization/settings/
        return cloudflare.UrlNormalizationSettings(
            f"{name}-url-normalization",
            zone_id=args.zone_id,
            type="cloudflare",
            scope="incoming",
            opts=ResourceOptions(parent=self),
        )

    def _setting(
        self, name: str, args: ZoneArgs, setting: str, value: Any, *, after: Sequence[Resource] = ()
    ) -> cloudflare.ZoneSetting:
        return cloudflare.ZoneSetting(
            f"{name}-{setting.replace('_', '-')}",
            zone_id=args.zone_id,
            setting_id=setting,
            value=value,
            opts=ResourceOptions(parent=self, depends_on=list(after)),
        )


def _hsts(args: ZoneArgs) -> dict[str, Any]:
    # All five must be there: the API takes what is missing for off.
    return {
        "strict_transport_security": {
            "enabled": True,
            "max_age": args.config.hsts_max_age_s,
            "include_subdomains": args.config.hsts_include_subdomains,
            "preload": False,
            "nosniff": True,
        }
    }
