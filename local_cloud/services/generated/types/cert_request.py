"""Certificate signing requests; really signed, with `cryptography`."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import NameOID

from local_cloud.server.resource_types.generated_once import GENERATED_AGAIN, GeneratedOnce
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.rules import Combination, Length, Pattern, part, texts
from local_cloud.services.generated.rules.keys_in_plan import REQUESTS_IN_PLAN
from local_cloud.services.generated.types.private_key import key_algorithm

_SOURCE: Final = "https://www.pulumi.com/registry/packages/tls/api-docs/certrequest/"
_EXAMPLE_KEY: Final = (  # the bytes 0 to 31
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n"
)
_SUBJECT: Final = {
    "commonName": NameOID.COMMON_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "province": NameOID.STATE_OR_PROVINCE_NAME,
    "country": NameOID.COUNTRY_NAME,
    "postalCode": NameOID.POSTAL_CODE,
    "serialNumber": NameOID.SERIAL_NUMBER,
}


class CertRequest(GeneratedOnce):
    """A signing request; every change makes a new one."""

    token = "tls:index/certRequest:CertRequest"
    after_lost_state = GENERATED_AGAIN
    module = "pulumi_tls"
    create_only = (
        "dnsNames",
        "ipAddresses",
        "privateKeyPem",
        "privateKeyPemWo",
        "privateKeyPemWoVersion",
        "subject",
        "uris",
    )
    secret_outputs = ("privateKeyPem",)
    rules = (
        Pattern(
            path="privateKeyPem",
            regex=r"(?s)\s*-----BEGIN [A-Z ]*PRIVATE KEY-----.*-----END [A-Z ]*PRIVATE KEY-----\s*",
            says="the key is PEM, from tls.PrivateKey for example",
            source=_SOURCE,
            passes=_EXAMPLE_KEY,
            fails="MIIE",
        ),
        Length(
            path="subject.commonName",
            least=1,
            most=64,
            says="a common name has 1 to 64 characters",
            source="https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1",
            passes="api.ecent.online",
            fails="a" * 65,
        ),
        Combination(
            path="privateKeyPem",
            test=lambda inputs: (inputs.get("privateKeyPem") is None) != (inputs.get("privateKeyPemWo") is None),
            says="the private key is given once, as privateKeyPem or as privateKeyPemWo",
            source=_SOURCE,
            passes={"privateKeyPem": None, "privateKeyPemWo": _EXAMPLE_KEY},
            fails={"privateKeyPem": None},
        ),
    )
    plan_rules = REQUESTS_IN_PLAN
    example: ClassVar = {
        "privateKeyPem": _EXAMPLE_KEY,
        "subject": {"commonName": "api.ecent.online"},
        "dnsNames": ["api.ecent.online"],
    }

    def generate(self, inputs: Inputs) -> Outputs:
        """The request, signed; a signature may differ each time."""
        pem: str = inputs.get("privateKeyPem") or inputs["privateKeyPemWo"]
        key: Any = serialization.load_pem_private_key(pem.encode(), None)
        algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(part(inputs, "subject")))
        names = [x509.DNSName(name) for name in texts(inputs, "dnsNames")]
        addresses = [x509.IPAddress(ipaddress.ip_address(text)) for text in texts(inputs, "ipAddresses")]
        uris = [x509.UniformResourceIdentifier(text) for text in texts(inputs, "uris")]
        if names or addresses or uris:
            builder = builder.add_extension(x509.SubjectAlternativeName([*names, *addresses, *uris]), critical=False)
        request = builder.sign(key, algorithm).public_bytes(serialization.Encoding.PEM).decode()
        return {"certRequestPem": request, "keyAlgorithm": key_algorithm(key)}


def _subject(subject: Inputs) -> x509.Name:
    known = [(oid, subject[name]) for name, oid in _SUBJECT.items() if subject.get(name)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in known])
