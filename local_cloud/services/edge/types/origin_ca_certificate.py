"""Origin CA certificates: what the edge trusts between itself and the origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from cryptography import x509

from local_cloud.packages.cloudflare.base import CloudflareType, is_host
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Outputs, Resource
from local_cloud.server.rules import Choice, Length, Pattern, Valid
from local_cloud.services.generated.rules.keys_in_plan import ORIGINS_IN_PLAN

if TYPE_CHECKING:
    from local_cloud.parts import Parts

LONGEST_VALIDITY_DAYS: Final = 5475
_SOURCE: Final = "https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/"
_REQUEST: Final = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"


class OriginCaCertificate(CloudflareType):
    """A certificate for an origin; every change makes a new one."""

    token = "cloudflare:index/originCaCertificate:OriginCaCertificate"
    after_lost_state = MadeAnew(
        "its key was in the state alone: a new certificate takes its place without a pause",
        left_behind=lambda inputs: (
            f"revoke the old one in the dashboard (SSL/TLS, Origin Server): {', '.join(inputs.get('hostnames') or ())}"
        ),
    )
    create_only = ("csr", "hostnames", "requestType", "requestedValidity")
    unseen: ClassVar = {
        "hostnames": "a host is in no zone of the account",
    }
    rules = (
        Pattern(
            path="csr",
            regex=r"(?s)\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----.*-----END (NEW )?CERTIFICATE REQUEST-----\s*",
            says="a signing request is PEM, from tls.CertRequest for example",
            source=_SOURCE,
            passes=_REQUEST,
            fails="MIIB",
        ),
        Length(
            path="hostnames",
            least=1,
            most=100,
            says="a certificate is for 1 to 100 host names",
            source=_SOURCE,
            passes=["api.ecent.online"],
            fails=[],
        ),
        Valid(
            path="hostnames[]",
            test=is_host,
            says="each host name is fully qualified; a wildcard stands first",
            source=_SOURCE,
            passes="api.ecent.online",
            fails="api",
        ),
        Choice(
            path="requestedValidity",
            among=(7, 30, 90, 365, 730, 1095, LONGEST_VALIDITY_DAYS),
            says="the validity is 7, 30, 90, 365, 730, 1095 or 5475 days",
            source=_SOURCE,
            passes=5475,
            fails=100,
        ),
    )
    plan_rules = ORIGINS_IN_PLAN
    example: ClassVar = {
        "csr": _REQUEST,
        "hostnames": ["api.ecent.online"],
        "requestType": "origin-rsa",
        "requestedValidity": 5475,
    }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """Signed by this machine's Origin CA, which only the edge trusts; signed once, since the apps serve what was signed first."""
        kept = parts.records.get(resource.id)
        if (
            kept is not None
            and kept.inputs == resource.inputs
            and parts.origin_ca.has_signed(kept.outputs["certificate"])
        ):
            return {name: kept.outputs[name] for name in ("certificate", "expiresOn")}
        days = int(resource.inputs.get("requestedValidity") or LONGEST_VALIDITY_DAYS)
        signed = parts.origin_ca.sign_request(resource.inputs["csr"], days=days, names=resource.inputs["hostnames"])
        expires = x509.load_pem_x509_certificate(signed.encode()).not_valid_after_utc
        return {"certificate": signed, "expiresOn": expires.isoformat()}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when this machine's Origin CA was made anew: the edge would not trust what the old one signed."""
        return resource if parts.origin_ca.has_signed(resource.outputs["certificate"]) else None
