"""HTTPS requests to an address that need not be the one that a host resolves to."""

from __future__ import annotations

import datetime as dt
import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from ignition.verify.deployment import Address

TIMEOUT_S: Final = 10.0


@dataclass(frozen=True)
class Answer:
    """
    What a server answered.

    Attributes:
        status: the HTTP status.
        headers: with names in lower case.
        body: at most a mebibyte of it.
        certificate: what the server presented; None for plain HTTP.
        protocol: such as `TLSv1.3`; empty for plain HTTP.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate: x509.Certificate | None
    protocol: str


def get(
    host: str,
    address: Address,
    path: str = "/",
    *,
    ca_file: str | None = None,
    verified: bool = True,
    plain: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """
    A GET request.

    Args:
        host: the name in the request, and in the handshake.
        address: where to connect.
        path: with query.
        ca_file: the authority to trust in the place of the system's.
        verified: whether the certificate must be valid for the host.
        plain: without TLS.
        headers: further ones.

    Raises:
        OSError: no connection, no valid certificate (`ssl.SSLCertVerificationError`), or no answer in time.
    """
    raw = socket.create_connection(address, timeout=TIMEOUT_S)
    connection = http.client.HTTPConnection(host, address[1], timeout=TIMEOUT_S)
    certificate, protocol = None, ""
    try:
        if plain:
            connection.sock = raw
        else:
            connection.sock = secured = _context(ca_file, verified=verified).wrap_socket(raw, server_hostname=host)
            presented = secured.getpeercert(binary_form=True)
            certificate = x509.load_der_x509_certificate(presented) if presented else None
            protocol = secured.version() or ""
        connection.request("GET", path, headers={"Host": host, "User-Agent": "ignition-verify", **(headers or {})})
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, named, answer.read(1 << 20), certificate, protocol)
    except http.client.HTTPException as error:
        raise ConnectionError(f"{type(error).__name__}: not an HTTP answer") from None
    finally:
        connection.close()
        raw.close()


def _context(ca_file: str | None, *, verified: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def end_of(certificate: x509.Certificate) -> dt.datetime:
    """When it ends."""
    return certificate.not_valid_after_utc


def issuer_of(certificate: x509.Certificate) -> str:
    """Who issued it, for people."""
    return certificate.issuer.rfc4514_string()


def covers(certificate: x509.Certificate, host: str) -> bool:
    """Whether it names the host, or a wildcard one level above it."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    known = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
    return host in known or f"*.{host.partition('.')[2]}" in known
