"""Private keys; really made, with `cryptography`."""

from __future__ import annotations

import hashlib
from typing import ClassVar, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from local_cloud.server.resource_types.generated_once import GENERATED_AGAIN, GeneratedOnce
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.rules import Choice

_SOURCE: Final = "https://www.pulumi.com/registry/packages/tls/api-docs/privatekey/"
_CURVES: Final = {"P224": ec.SECP224R1, "P256": ec.SECP256R1, "P384": ec.SECP384R1, "P521": ec.SECP521R1}
_PRIVATE: Final = serialization.PrivateFormat
_NONE: Final = serialization.NoEncryption()
PrivateKeyTypes = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class PrivateKey(GeneratedOnce):
    """A key pair."""

    token = "tls:index/privateKey:PrivateKey"
    after_lost_state = GENERATED_AGAIN
    module = "pulumi_tls"
    create_only = ("algorithm", "ecdsaCurve", "rsaBits")
    secret_outputs = ("privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8")
    rules = (
        Choice(
            path="algorithm",
            among=("RSA", "ECDSA", "ED25519"),
            says="the algorithm is RSA, ECDSA or ED25519",
            source=_SOURCE,
            passes="RSA",
            fails="DSA",
        ),
        Choice(
            path="ecdsaCurve",
            among=tuple(_CURVES),
            says="the curve is P224, P256, P384 or P521",
            source=_SOURCE,
            passes="P256",
            fails="P-256",
        ),
        Choice(
            path="rsaBits",
            among=(2048, 3072, 4096, 8192),
            says="an RSA key has 2048, 3072, 4096 or 8192 bits",
            source=_SOURCE,
            passes=2048,
            fails=1024,
        ),
    )
    example: ClassVar = {"algorithm": "RSA", "rsaBits": 2048}

    def generate(self, inputs: Inputs) -> Outputs:
        """The key in the spellings that programs use."""
        return _spellings(_make(inputs))


def _make(inputs: Inputs) -> PrivateKeyTypes:
    if inputs["algorithm"] == "RSA":
        return rsa.generate_private_key(public_exponent=65537, key_size=inputs.get("rsaBits", 2048))
    if inputs["algorithm"] == "ECDSA":
        return ec.generate_private_key(_CURVES[inputs.get("ecdsaCurve", "P224")]())
    return ed25519.Ed25519PrivateKey.generate()


def key_algorithm(key: PrivateKeyTypes) -> str:
    """The algorithm of a key, as the tls provider names it."""
    if isinstance(key, rsa.RSAPrivateKey):
        return "RSA"
    return "ECDSA" if isinstance(key, ec.EllipticCurvePrivateKey) else "ED25519"


def _spellings(key: PrivateKeyTypes) -> Outputs:
    pem = serialization.Encoding.PEM
    traditional = _PRIVATE.PKCS8 if isinstance(key, ed25519.Ed25519PrivateKey) else _PRIVATE.TraditionalOpenSSL
    public = key.public_key()
    subject = public.public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    openssh = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return {
        "privateKeyPem": key.private_bytes(pem, traditional, _NONE).decode(),
        "privateKeyPemPkcs8": key.private_bytes(pem, _PRIVATE.PKCS8, _NONE).decode(),
        "privateKeyOpenssh": key.private_bytes(pem, _PRIVATE.OpenSSH, _NONE).decode(),
        "publicKeyPem": subject.decode(),
        "publicKeyOpenssh": f"{openssh.decode()}\n",
        "publicKeyFingerprintSha256": f"SHA256:{hashlib.sha256(openssh).hexdigest()}",
    }
