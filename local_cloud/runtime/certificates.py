"""
A certificate authority of this machine's own: it is made once, kept in a directory, and signs what the parts present.

Who trusts it (a system store, `sslrootcert=`, `SSL_CERT_FILE`) and which names a host has earned are decided elsewhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import re
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.private_files import write_private

# Longer than Cloudflare's longest origin certificate (5475 days), which must not outlive its issuer.
_CA_DAYS = 7300
_CA_RENEWED_BEFORE = timedelta(days=5600)
# A machine that wakes up with its clock a little behind must still accept what was issued just now.
_BACKDATED = timedelta(minutes=5)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")

_PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey


class CertificateError(BackendError):
    """A certificate cannot be issued, or what is stored is damaged."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """
    A server certificate with its private key, as files.

    Attributes:
        cert_file: PEM, the certificate first and its issuer after it.
        key_file: PEM (PKCS #8, not encrypted), readable by its owner only.
        names: the DNS names and addresses it is for, in lower case, in the order asked for.
        not_after: when it expires.
    """

    cert_file: Path
    key_file: Path
    names: tuple[str, ...]
    not_after: datetime


class LocalCA:
    """
    The authority in a directory, created there when it is missing; safe to use from threads and processes.

    Args:
        directory: where key and certificate are kept; only its owner can read the key.
        common_name: what a person sees in a trust store; a part of the key's fingerprint is added.
        clock: the time, for tests.

    Raises:
        CertificateError: the directory holds something damaged, or cannot be written.
    """

    def __init__(
        self,
        directory: Path,
        *,
        common_name: str = "Ignition local CA",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._directory = directory.absolute()
        self._common_name = common_name
        self._clock = clock
        self._lock = threading.Lock()
        with self._exclusive(self._directory):
            self._key = self._load_or_create_key()
            self._certificate = self._load_or_create_certificate()

    @property
    def ca_file(self) -> Path:
        """The authority's certificate (PEM): what clients are told to trust."""
        return self._directory / "ca.pem"

    @property
    def certificate_pem(self) -> str:
        """The authority's certificate as text."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def has_signed(self, certificate_pem: str) -> bool:
        """Whether a certificate (PEM) is one of this authority's."""
        try:
            x509.load_pem_x509_certificate(certificate_pem.encode()).verify_directly_issued_by(self._certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def issue(self, names: Sequence[str], *, directory: Path, days: int = 90) -> Certificate:
        """
        A server certificate for DNS names (also `*.example.org`) and addresses.

        What the directory already holds is kept as long as it is for exactly these names, from this authority,
        and has a third of its life left; otherwise it is replaced, with a new key.

        Raises:
            CertificateError: no names, a name that is none, or the directory cannot be written.
        """
        wanted = _normal_names(names)
        directory = directory.absolute()
        cert_file, key_file = directory / "cert.pem", directory / "key.pem"
        with self._exclusive(directory):
            kept = self._usable(cert_file, key_file, wanted)
            if kept is None:
                key = ec.generate_private_key(ec.SECP256R1())
                kept = self._sign(key.public_key(), wanted, days)
                write_private(key_file, _key_pem(key))
                chain = kept.public_bytes(serialization.Encoding.PEM) + self.certificate_pem.encode()
                write_private(cert_file, chain, mode=0o644)
        return Certificate(cert_file=cert_file, key_file=key_file, names=wanted, not_after=kept.not_valid_after_utc)

    def sign_request(self, csr_pem: str, *, days: int, names: Sequence[str] | None = None) -> str:
        """
        Sign somebody else's key: the certificate (PEM, without chain) for a certificate request.

        Args:
            csr_pem: the request.
            days: how long the certificate is valid.
            names: the names to certify; without them, those the request asks for. (Cloudflare's Origin CA
                certifies the hostnames of its own call and takes only the key from the request.)

        Raises:
            CertificateError: not a request, a bad signature, a weak key or no names.
        """
        try:
            request = x509.load_pem_x509_csr(csr_pem.encode())
            signed = request.is_signature_valid
            key = request.public_key()
        except (ValueError, UnsupportedAlgorithm) as error:
            raise CertificateError(
                "the certificate request cannot be read: it must be PEM, beginning -----BEGIN CERTIFICATE REQUEST-----"
            ) from error
        if not signed:
            raise CertificateError("the certificate request's signature does not match its key: make it again")
        if not isinstance(key, _PublicKey):
            raise CertificateError("the certificate request's key has an unsupported type: use ECDSA or RSA")
        if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048:
            raise CertificateError(
                f"the certificate request's RSA key has {key.key_size} bits: at least 2048 are needed"
            )
        wanted = _normal_names(names if names is not None else _requested_names(request))
        return self._sign(key, wanted, days).public_bytes(serialization.Encoding.PEM).decode()

    def _sign(self, key: _PublicKey, names: tuple[str, ...], days: int) -> x509.Certificate:
        if days < 1:
            raise CertificateError(f"a certificate valid for {days} days cannot be issued: at least 1 is needed")
        now = self._clock().replace(microsecond=0)
        # A common name holds at most 64 characters; what verifies is the list of names anyway.
        subject = names[0] if len(names[0]) <= 64 else "ignition"
        issuer_key = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(self._certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key), critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _usable(self, cert_file: Path, key_file: Path, names: tuple[str, ...]) -> x509.Certificate | None:
        """The certificate in the files, when it can be kept; a half-written pair is simply replaced."""
        try:
            certificate = x509.load_pem_x509_certificate(cert_file.read_bytes())
            key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
            certificate.verify_directly_issued_by(self._certificate)
        except Exception:  # noqa: BLE001  whatever is wrong with it, the remedy is a new one
            return None
        life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        now = self._clock()
        fresh = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc - life / 3
        same = _names_of(certificate.extensions) == list(names)
        return certificate if fresh and same and key.public_key() == certificate.public_key() else None

    def _load_or_create_key(self) -> ec.EllipticCurvePrivateKey:
        file = self._directory / "ca-key.pem"
        if not file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            write_private(file, _key_pem(key))
            return key
        file.chmod(0o600)
        try:
            key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        except (ValueError, TypeError, OSError) as error:
            raise _damaged(file) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise _damaged(file)
        return key

    def _load_or_create_certificate(self) -> x509.Certificate:
        """The authority's certificate; one that would expire before what it signs is renewed for the same key."""
        if self.ca_file.exists():
            try:
                certificate = x509.load_pem_x509_certificate(self.ca_file.read_bytes())
            except (ValueError, OSError) as error:
                raise _damaged(self.ca_file) from error
            if certificate.public_key() != self._key.public_key():
                raise _damaged(self.ca_file)
            if certificate.not_valid_after_utc - self._clock() > _CA_RENEWED_BEFORE:
                return certificate
        public = self._key.public_key()
        identifier = x509.SubjectKeyIdentifier.from_public_key(public)
        # Two authorities of one name in one trust store would be tried for each other's certificates.
        name = _name(f"{self._common_name} {identifier.digest.hex()[:8]}")
        now = self._clock().replace(microsecond=0)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + timedelta(days=_CA_DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(ca=True), critical=True)
            .add_extension(identifier, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        write_private(self.ca_file, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
        return certificate

    @contextlib.contextmanager
    def _exclusive(self, directory: Path) -> Generator[None]:
        """One thread of one process at a time: two that find no key would otherwise each make their own."""
        try:
            with self._lock:
                directory.mkdir(parents=True, exist_ok=True)
                with (directory / ".lock").open("a") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX)
                    yield
        except OSError as error:
            raise CertificateError(
                f"certificates cannot be kept in {directory}: {error.strerror or error}. "
                "Make the directory writable, or choose another state directory."
            ) from error


def _damaged(file: Path) -> CertificateError:
    return CertificateError(
        f"{file} is damaged or does not belong to the key beside it; put it back from a backup, or `rm -r {file.parent}` and "
        "`ignition up --refresh`, which makes a new authority: whoever trusted the old one must trust the new one"
    )


def _normal_names(names: Sequence[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(name.strip().lower().rstrip(".") for name in names))
    if not wanted:
        raise CertificateError("a certificate needs at least one DNS name or address")
    for name in wanted:
        _general_name(name)
    return wanted


def _general_name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    labels = name.removeprefix("*.").split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise CertificateError(f"{name!r} is neither a DNS name (`*.` only in front) nor an address")
    return x509.DNSName(name)


def _names_of(extensions: x509.Extensions) -> list[str]:
    """The names that a certificate or a request lists."""
    try:
        listed = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(entry.value) for entry in listed if isinstance(entry, x509.DNSName | x509.IPAddress)]


def _requested_names(request: x509.CertificateSigningRequest) -> list[str]:
    common = [str(attribute.value) for attribute in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return _names_of(request.extensions) or common


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ignition local cloud"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
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


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
