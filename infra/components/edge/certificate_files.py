"""
A certificate with its key in the forms that Azure takes, each the same for the same input.

A PFX is salted by chance wherever a library writes it, which would be another certificate on every preview. Nothing in it is
encrypted here, so only the salt of its checksum has to be replaced by one that follows from the content.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

_SALT_LENGTH: Final = 8
_ITERATIONS: Final = 2048
_END: Final = bytes.fromhex("02020800")
"""The number of iterations, with which a PFX ends."""
_BEFORE_SALT: Final = bytes.fromhex("0408")
_BLOCK: Final = hashlib.sha256().block_size
_DIGEST: Final = hashlib.sha256().digest_size
_MAC_KEY: Final = 3


def pem_bundle(certificate_pem: str, private_key_pem: str) -> str:
    """Certificate and key as PEM, in base64. The key is to be PKCS#8, which is what Azure documents where it takes PEM."""
    return base64.b64encode(f"{certificate_pem.strip()}\n{private_key_pem.strip()}\n".encode()).decode()


def pfx_bundle(certificate_pem: str, private_key_pem: str) -> str:
    """Certificate and key as a PFX with an empty password, in base64."""
    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the key of an origin certificate is an RSA key")
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    made = pkcs12.serialize_key_and_certificates(b"origin", key, certificate, None, serialization.NoEncryption())
    return base64.b64encode(_with_fixed_salt(made)).decode()


def _with_fixed_salt(pfx: bytes) -> bytes:
    """The same file, with a salt that follows from its content and the checksum that goes with it (RFC 7292, section 4)."""
    content = _content(pfx)
    salt_at = len(pfx) - len(_END) - _SALT_LENGTH
    mac_at = salt_at - len(_BEFORE_SALT) - _DIGEST
    if not pfx.endswith(_END) or pfx[salt_at - len(_BEFORE_SALT) : salt_at] != _BEFORE_SALT:
        raise ValueError("the cryptography library writes PFX files in another way than this module knows")
    salt = hashlib.sha256(b"salt|" + content).digest()[:_SALT_LENGTH]
    mac = hmac.digest(_mac_key(salt), content, "sha256")
    return pfx[:mac_at] + mac + _BEFORE_SALT + salt + _END


def _content(pfx: bytes) -> bytes:
    """What the checksum is over: PFX > version, ContentInfo > type, [0] > OCTET STRING."""
    whole = _value(pfx)
    info = _value(whole[len(bytes.fromhex("020103")) :])
    explicit = info[2 + info[1] :]
    return _value(_value(explicit))


def _value(der: bytes) -> bytes:
    """The value of the first DER element."""
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    return der[start : start + length]


def _mac_key(salt: bytes) -> bytes:
    """The key of the checksum for an empty password (RFC 7292, appendix B.2): one block of SHA-256 is all that is needed."""
    password = b"\0\0"  # the empty text in UTF-16 with its end
    filled = (salt * _BLOCK)[:_BLOCK] + (password * _BLOCK)[:_BLOCK]
    derived = hashlib.sha256(bytes([_MAC_KEY]) * _BLOCK + filled).digest()
    for _ in range(_ITERATIONS - 1):
        derived = hashlib.sha256(derived).digest()
    return derived
