"""Rules over the plan on keys, signing requests and the certificates that Cloudflare signs for them."""

from __future__ import annotations

from typing import Any, Final

from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo

KEY: Final = "tls:index/privateKey:PrivateKey"
REQUEST: Final = "tls:index/certRequest:CertRequest"
ORIGIN: Final = "cloudflare:index/originCaCertificate:OriginCaCertificate"
_REQUESTS: Final = "https://www.pulumi.com/registry/packages/tls/api-docs/certrequest/"
_ORIGINS: Final = "https://developers.cloudflare.com/api/resources/origin_ca_certificates/methods/create/"
_TYPES: Final = {"rsa": "origin-rsa", "ecdsa": "origin-ecc"}


def _is_signed_by_its_kind(plan: Plan, one: Planned, request: Planned) -> bool:
    key = plan.origin_at(request, "privateKeyPem", KEY)
    if key is None:
        return True
    algorithm, wanted = plan.known(key, "algorithm"), plan.known(one, "requestType")
    return None in (algorithm, wanted) or _TYPES.get(str(algorithm)) == wanted


def _has_a_curve_that_is_taken(plan: Plan, _one: Planned, request: Planned) -> bool:
    key = plan.origin_at(request, "privateKeyPem", KEY)
    if key is None or plan.known(key, "algorithm") != "ecdsa":
        return True
    return plan.known(key, "ecdsaCurve") in {"p256", "p384"}


def _chain(algorithm: str = "RSA", kind: str = "origin-rsa", output: str = "private_key_pem", **key: Any) -> Sketch:
    return Sketch(
        key=(KEY, {"algorithm": algorithm, **key}),
        request=(REQUEST, {"privateKeyPem": Ref("key", output)}),
        origin=(
            ORIGIN,
            {"csr": Ref("request", "cert_request_pem"), "hostnames": ["api.ecent.online"], "requestType": kind},
        ),
    )


REQUESTS_IN_PLAN: Final = (
    LeadsTo(
        id="generated.request-signed-with-another-output",
        of=REQUEST,
        path="privateKeyPem",
        to=(),
        others={KEY: ("private_key_pem", "private_key_pem_pkcs8")},
        says="a request is signed with a private key in PEM",
        remedy="Pass `private_key_pem`; this is another output of '{other}'",
        source=_REQUESTS,
        passes=_chain(),
        fails=_chain(output="public_key_pem"),
    ),
)

ORIGINS_IN_PLAN: Final = (
    Fits(
        id="edge.origin-certificate-for-another-kind-of-key",
        of=ORIGIN,
        path="requestType",
        along="csr",
        to=(REQUEST,),
        fits=_is_signed_by_its_kind,
        says="origin-rsa is for RSA keys and origin-ecc for ECDSA keys; Cloudflare signs no ED25519 key",
        remedy="Write the requestType of the key behind '{other}'",
        source=_ORIGINS,
        passes=_chain(),
        fails=_chain("ECDSA", ecdsaCurve="P256"),
    ),
    Fits(
        id="edge.origin-certificate-for-another-curve",
        of=ORIGIN,
        path="csr",
        along="csr",
        to=(REQUEST,),
        fits=_has_a_curve_that_is_taken,
        says="an ECDSA key has the curve P256 or P384; the provider's default P224 is not taken",
        remedy="Set ecdsaCurve on the key behind '{other}'",
        source=_ORIGINS,
        passes=_chain("ECDSA", "origin-ecc", ecdsaCurve="P256"),
        fails=_chain("ECDSA", "origin-ecc"),
    ),
    LeadsTo(
        id="edge.origin-certificate-of-another-output",
        of=ORIGIN,
        path="csr",
        to=(REQUEST,),
        output="cert_request_pem",
        says="a certificate is signed for a request, tls.CertRequest's cert_request_pem",
        remedy="Pass `cert_request_pem`; this comes from '{other}'",
        source=_ORIGINS,
        passes=_chain(),
        fails=Sketch(key=(KEY, {"algorithm": "RSA"}), origin=(ORIGIN, {"csr": Ref("key", "public_key_pem")})),
    ),
)
