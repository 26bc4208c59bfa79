"""What stands in certificates: names, which of them an authority with constraints may certify, and what keys are for."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

from local_cloud.runtime.errors import BackendError

_LOOPBACK = ("127.0.0.1", "::1")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


class CertificateError(BackendError):
    """A certificate cannot be issued, or what is stored is damaged."""


def is_permitted(name: str, permitted: Sequence[str]) -> bool:
    """Whether an authority that permits these DNS names (none: all) may certify a DNS name or an address."""
    bare = name.lower().removeprefix("*.")
    below = any(bare == each or bare.endswith(f".{each}") for each in permitted)
    return not permitted or below or bare in _LOOPBACK


def constraints(permitted: Sequence[str]) -> x509.NameConstraints:
    """The names, what is below them, and loopback addresses: nothing else counts in a certificate of such an authority."""
    addresses = [x509.IPAddress(ipaddress.ip_network(each)) for each in _LOOPBACK]
    return x509.NameConstraints([*(x509.DNSName(each) for each in permitted), *addresses], None)


def normal_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names in lower case, each once; raises a CertificateError for none, and for what is no name."""
    wanted = tuple(dict.fromkeys(name.strip().lower().rstrip(".") for name in names))
    if not wanted:
        raise CertificateError("a certificate needs at least one DNS name or address")
    for name in wanted:
        general_name(name)
    return wanted


def general_name(name: str) -> x509.GeneralName:
    """A DNS name or an address as certificates hold it; raises a CertificateError for anything else."""
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    labels = name.removeprefix("*.").split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise CertificateError(f"{name!r} is neither a DNS name (`*.` only in front) nor an address")
    return x509.DNSName(name)


def names_of(extensions: x509.Extensions) -> list[str]:
    """The names that a certificate or a request lists."""
    try:
        listed = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(entry.value) for entry in listed if isinstance(entry, x509.DNSName | x509.IPAddress)]


def requested_names(request: x509.CertificateSigningRequest) -> list[str]:
    """The names that a request asks for."""
    common = [str(attribute.value) for attribute in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return names_of(request.extensions) or common


def distinguished_name(common_name: str) -> x509.Name:
    """The name of a subject or issuer."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ignition local cloud"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def key_usage(*, ca: bool) -> x509.KeyUsage:
    """What the key of an authority, or of a server, may be used for."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not ca,  # what RSA key exchange of TLS 1.2 asks for
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
