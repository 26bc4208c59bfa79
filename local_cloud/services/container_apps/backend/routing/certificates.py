"""
Certificates of custom domains: those that the program brings, and those that the platform issues after it has seen the domain's records.

What an issued one is signed by is this machine's authority, in the place of a public one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend.errors import made_anew
from local_cloud.services.container_apps.backend.spec import AppSpec, CustomDomain

# What a resolver finds: the contents of a name's records of a type.
Lookup = Callable[[str, str], tuple[str, ...]]
_PEM: Final = b"-----BEGIN"


@dataclass(frozen=True)
class DomainCertificate:
    """A certificate with its key as files, and the names it is for."""

    cert_file: Path
    key_file: Path
    names: tuple[str, ...]

    def covers(self, host: str) -> bool:
        """Whether it is for a host."""
        return host in self.names or f"*.{host.partition('.')[2]}" in self.names


class DomainCertificates:
    """
    All certificates by id, kept as files that only this user can read.

    Args:
        directory: holds a folder for each.
        ca: issues managed ones.
        lookup: finds the records of a domain.
        verification_id: what the domain's asuid record must hold.
    """

    def __init__(self, directory: Path, *, ca: LocalCA, lookup: Lookup, verification_id: str) -> None:
        self._directory = directory
        self._ca = ca
        self._lookup = lookup
        self._verification_id = verification_id

    def put(self, certificate_id: str, content: bytes, password: str | None = None) -> DomainCertificate:
        """
        Keep a certificate that the program brings: PEM with its key, or PFX.

        Raises:
            CloudRefusal: it cannot be read, or has no key.
        """
        certificates, key = _opened(content, password)
        folder = self._folder(certificate_id)
        chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)
        write_private(folder / "key.pem", key)
        write_private(folder / "cert.pem", chain)
        write_private(folder / "names.json", json.dumps(_names(certificates[0])).encode())
        return self._load(folder)

    def put_managed(self, certificate_id: str, host: str) -> DomainCertificate:
        """
        Issue a certificate for a host whose CNAME leads to the platform; through a proxy it cannot be seen.

        Domains bound `Auto` to the host are answered with it.

        Raises:
            CloudRefusal: it has no such record.
        """
        if not self._lookup(host, "CNAME"):
            raise CloudRefusal(
                "FailedDomainValidation",
                f"Certificate for {host} cannot be issued: no CNAME record of {host} that leads to the container app was found. "
                "A proxied record hides it.",
            )
        self._issue(managed_id(host), host)
        return self._issue(certificate_id, host)

    def _issue(self, certificate_id: str, host: str) -> DomainCertificate:
        folder = self._folder(certificate_id)
        issued = self._ca.issue([host], directory=folder)
        write_private(folder / "names.json", json.dumps(list(issued.names)).encode())
        return self._load(folder)

    def verify(self) -> None:
        """
        Look through what an earlier daemon kept: a damaged file would keep the whole ingress from starting.

        Raises:
            BackendError: one is damaged.
        """
        for folder in sorted(each.parent for each in self._directory.glob("*/names.json")):
            for name, read in _READ.items():
                try:
                    read((folder / name).read_bytes())
                except (OSError, ValueError):
                    raise BackendError(f"{folder / name} is damaged; {made_anew(folder)}") from None

    def get(self, certificate_id: str) -> DomainCertificate | None:
        """A certificate by id."""
        folder = self._folder(certificate_id)
        return self._load(folder) if (folder / "names.json").exists() else None

    def remove(self, certificate_id: str, apps: Iterable[AppSpec]) -> None:
        """
        Delete a certificate; an unknown id is not an error.

        Args:
            certificate_id: its id.
            apps: the apps that may have bound it to a custom domain.

        Raises:
            CloudRefusal: one of them has.
        """
        for app in apps:
            for domain in app.ingress.custom_domains if app.ingress is not None else ():
                if (domain.certificate_id or "").lower() == certificate_id.lower():
                    raise CloudRefusal(
                        "CertificateInUse",
                        f"Certificate {certificate_id} is bound to {domain.name} of container app {app.name} and cannot "
                        "be deleted. Bind the domain to another one first.",
                    )
        folder = self._folder(certificate_id)
        for file in ("names.json", "cert.pem", "key.pem", ".lock"):
            (folder / file).unlink(missing_ok=True)
        if folder.exists():
            folder.rmdir()

    def check(self, domain: CustomDomain) -> None:
        """
        Refuse a binding that Azure refuses. One of the kind `Auto` may still wait for its certificate.

        Raises:
            CloudRefusal: the asuid record is missing, or the certificate is, or it is for other hosts.
        """
        name = f"asuid.{domain.name}"
        found = self._lookup(name, "TXT")
        if not any(each.lower() == self._verification_id.lower() for each in found):
            there = f"It holds {' and '.join(found)}." if found else ""
            raise CloudRefusal(
                "InvalidCustomHostNameValidation",
                f"A TXT record pointing from {name} to {self._verification_id} was not found. {there}".strip(),
            )
        if domain.binding_type == "SniEnabled":
            self._check_certificate(domain)

    def _check_certificate(self, domain: CustomDomain) -> None:
        certificate = self.get(domain.certificate_id or "")
        if certificate is None:
            raise CloudRefusal(
                "CertificateNotFound",
                f"Certificate {domain.certificate_id} for custom domain {domain.name} was not found.",
            )
        if not certificate.covers(domain.name):
            raise CloudRefusal(
                "CertificateHostNameMismatch",
                f"Certificate {domain.certificate_id} is for {', '.join(certificate.names) or 'no host'} and does not match "
                f"custom domain {domain.name}.",
            )

    def _folder(self, certificate_id: str) -> Path:
        return self._directory / hashlib.sha256(certificate_id.lower().encode()).hexdigest()[:24]

    @staticmethod
    def _load(folder: Path) -> DomainCertificate:
        names = tuple(json.loads((folder / "names.json").read_bytes()))
        return DomainCertificate(folder / "cert.pem", folder / "key.pem", names)


_READ: Final[dict[str, Callable[[bytes], object]]] = {
    "names.json": json.loads,
    "cert.pem": x509.load_pem_x509_certificates,
    "key.pem": lambda content: serialization.load_pem_private_key(content, password=None),
}


def managed_id(host: str) -> str:
    """Where the certificate is kept that the platform issues for a domain bound `Auto`."""
    return f"managed/{host}"


def _opened(content: bytes, password: str | None) -> tuple[list[x509.Certificate], bytes]:
    """The certificates, the host's own first, and the key in PEM."""
    secret = password.encode() if password else None
    try:
        if content.lstrip().startswith(_PEM):
            key = serialization.load_pem_private_key(content, password=secret)
            certificates = x509.load_pem_x509_certificates(content)
        else:
            key, own, chain = pkcs12.load_key_and_certificates(content, secret)
            certificates = [each for each in (own, *chain) if each is not None]
    except (ValueError, TypeError):
        key, certificates = None, []
    if key is None or not certificates:
        raise CloudRefusal(
            "CertificateInvalid",
            "The certificate cannot be used: it must be a PFX with its password, or PEM with certificate and private key.",
        )
    return certificates, key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in listed.get_values_for_type(x509.DNSName)]
