"""
One host name: its DNS records, and the certificate that its app presents.

Everything here exists before the app and knows it by name only, because the app cannot be told of a host before the `asuid` record
proves that the host is ours. What exists once in the zone is `zone`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure
import pulumi_cloudflare as cloudflare
import pulumi_tls as tls
import pulumiverse_time as time
from pulumi import ComponentResource, Input, InvokeOptions, Output, ResourceOptions

from infra.components.edge.certificate_files import pem_bundle, pfx_bundle
from infra.config.sections.cloudflare import CertificateForm, HostSection

ORIGIN_VALIDITY_DAYS: Final = 5475
"""15 years: shorter ones differ on every run (https://github.com/cloudflare/terraform-provider-cloudflare/issues/5725)."""
AUTOMATIC_TTL: Final = 1
"""The only TTL that a proxied record has (https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/)."""


@dataclass(frozen=True, kw_only=True)
class HostArgs:
    """
    What the host is to be.

    Attributes:
        config: The host and its certificate.
        zone_id: The Cloudflare zone, 32 hex digits.
        app_name: The container app that answers.
        resource_group_name: Where the environment lives.
        location: The Azure region.
        environment_name: The app's environment.
        default_domain: The environment's own domain. The app's address follows from it and the app's name; asking the app for it
            would be a circle.
        tags: The project's tags.
        ttl_s: How long resolvers keep the records that are not proxied; low while hosts move.
        dns_wait_s: How long after the `asuid` record the app may ask for the host.
    """

    config: HostSection
    zone_id: str
    app_name: str
    resource_group_name: Input[str]
    location: str
    environment_name: Input[str]
    default_domain: Input[str]
    tags: Mapping[str, str]
    ttl_s: int
    dns_wait_s: int = 60


class Host(ComponentResource):
    """
    The records of a host, and a certificate to bind where the edge proxies.

    Whoever depends on this component can bind the host: its `asuid` record has been there for a while. `certificate_id` is None
    where Azure gets the certificate.
    """

    url: Output[str]
    certificate_id: Output[str] | None

    def __init__(self, name: str, args: HostArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Host", name, None, opts)
        proxied = args.config.tls == "edge"
        self._ownership(name, args)
        cloudflare.DnsRecord(
            f"{name}-cname",
            zone_id=args.zone_id,
            name=args.config.name,
            type="CNAME",
            content=Output.concat(args.app_name, ".", args.default_domain),
            proxied=proxied,
            ttl=AUTOMATIC_TTL if proxied else args.ttl_s,
            opts=ResourceOptions(parent=self),
        )
        self.url = Output.from_input(f"https://{args.config.name}")
        self.certificate_id = self._origin_certificate(name, args) if proxied else None
        self.register_outputs({"url": self.url, "certificate_id": self.certificate_id})

    def _ownership(self, name: str, args: HostArgs) -> None:
        verification_id = azure.app.get_custom_domain_verification_id_output(opts=InvokeOptions(parent=self)).apply(
            lambda found: found.value or ""
        )
        record = cloudflare.DnsRecord(
            f"{name}-asuid",
            zone_id=args.zone_id,
            name=f"asuid.{args.config.name}",
            type="TXT",
            content=verification_id.apply(
                lambda text: f'"{text}"'
            ),  # unquoted, the API quotes it and every preview differs
            proxied=False,
            ttl=args.ttl_s,
            opts=ResourceOptions(parent=self),
        )
        time.Sleep(
            f"{name}-dns-wait",
            create_duration=f"{args.dns_wait_s}s",
            triggers={"host": args.config.name, "verification": verification_id},
            opts=ResourceOptions(parent=self, depends_on=[record]),
        )

    def _origin_certificate(self, name: str, args: HostArgs) -> Output[str]:
        child = ResourceOptions(parent=self)
        bundle = pfx_bundle if args.config.certificate_form == "pfx" else pem_bundle
        key = tls.PrivateKey(
            f"{name}-key",
            algorithm="RSA",
            rsa_bits=2048,
            opts=ResourceOptions(parent=self, replacement_trigger=args.config.key_generation),
        )
        request = tls.CertRequest(
            f"{name}-request",
            private_key_pem=key.private_key_pem,
            subject=tls.CertRequestSubjectArgs(common_name=args.config.name[:64]),
            dns_names=[args.config.name],
            opts=child,
        )
        issued = cloudflare.OriginCaCertificate(
            f"{name}-origin",
            csr=request.cert_request_pem,
            # One name: several come back in another order, which would replace the certificate every time
            # (https://github.com/hashicorp/terraform-provider-cloudflare/issues/5392).
            hostnames=[args.config.name],
            request_type="origin-rsa",
            requested_validity=ORIGIN_VALIDITY_DAYS,
            opts=child,
        )
        bound = azure.app.Certificate(
            f"{name}-certificate",
            resource_group_name=args.resource_group_name,
            environment_name=args.environment_name,
            # A bound certificate can be neither changed nor deleted: a new one takes a new name, is bound, and the old one goes.
            certificate_name=issued.certificate.apply(
                lambda pem: certificate_name(args.config.name, pem, args.config.certificate_form)
            ),
            location=args.location,
            properties=azure.app.CertificatePropertiesArgs(
                certificate_type="ServerSSLCertificate",
                value=Output.secret(
                    Output.all(issued.certificate, key.private_key_pem_pkcs8).apply(
                        lambda pems: bundle(pems[0], pems[1])
                    )
                ),
                password=Output.secret("") if args.config.certificate_form == "pfx" else None,
            ),
            tags=args.tags,
            # Left to the provider, what has a name of its own ends before it is replaced.
            opts=ResourceOptions(parent=self, delete_before_replace=False),
        )
        return bound.id


def certificate_name(host: str, certificate_pem: str, form: CertificateForm = "pem") -> str:
    """At most 60 characters, another for every certificate and every form of it."""
    content = certificate_pem if form == "pem" else f"{form}|{certificate_pem}"
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    return f"{host.replace('.', '-')[:51].rstrip('-')}-{digest}"
