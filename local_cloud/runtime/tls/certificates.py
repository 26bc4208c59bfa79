"""
A certificate authority of this machine's own: it is kept in a directory, and signs what the parts present.

Who trusts it (a system store, `sslrootcert=`, `SSL_CERT_FILE`) and which names a host has earned are decided elsewhere. What is in a
system's store counts for every program of the machine, so an authority for that gets `permitted` names: clients take nothing else
from it (RFC 5280, 4.2.1.10).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.tls.certificate_contents import (
    CertificateError,
    constraints,
    distinguished_name,
    general_name,
    is_permitted,
    key_usage,
    names_of,
    normal_names,
    requested_names,
)
from local_cloud.runtime.tls.replaced import REPLACED, replaced_in

_MARGIN = timedelta(days=30)
"""What an authority has left, beyond the longest life of what it signs, when it is renewed: nothing may outlive its issuer."""
# A machine that wakes up with its clock a little behind must still accept what was issued just now.
_BACKDATED = timedelta(minutes=5)

_PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey


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
        permitted: DNS names; the authority certifies only these, what is below them, and loopback addresses. None permits all.
        days: its life. It is renewed, with the same key, when the longest life of what it signs is left.
        longest_leaf_days: that life.
        clock: the time, for tests.

    An authority that is there and permits other names is replaced, with another key, because whoever trusts the old one would go on
    to do so. `replaced` keeps the certificates from before.

    Raises:
        CertificateError: the directory holds something damaged, or cannot be written.
    """

    def __init__(
        self,
        directory: Path,
        *,
        common_name: str = "Ignition local CA",
        permitted: Sequence[str] = (),
        days: int = 365,
        longest_leaf_days: int = 90,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._directory = directory.absolute()
        self._common_name = common_name
        self._permitted = tuple(permitted)
        self._days = days
        self._longest_leaf_days = longest_leaf_days
        self._clock = clock
        self._lock = threading.Lock()
        with self._exclusive(self._directory):
            self._key = self._load_or_create_key()
            if self._permits_other_names():
                self._keep_replaced()
                (self._directory / "ca-key.pem").unlink()
                self.ca_file.unlink()
                self._key = self._load_or_create_key()
            self._certificate = self._load_or_create_certificate()

    def at(self, clock: Callable[[], datetime]) -> LocalCA:
        """The same authority at another time."""
        return LocalCA(
            self._directory,
            common_name=self._common_name,
            permitted=self._permitted,
            days=self._days,
            longest_leaf_days=self._longest_leaf_days,
            clock=clock,
        )

    def permits(self, name: str) -> bool:
        """Whether it may certify a DNS name (also `*.example.org`) or an address."""
        return is_permitted(name, self._permitted)

    @property
    def replaced(self) -> Sequence[Path]:
        """The certificates (PEM) that it had before and somebody may still trust."""
        return replaced_in(self._directory)

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
            CertificateError: no names, a name that is none or not permitted, or the directory cannot be written.
        """
        wanted = normal_names(names)
        directory = directory.absolute()
        cert_file, key_file = directory / "cert.pem", directory / "key.pem"
        with self._exclusive(directory):
            kept = self._usable(cert_file, key_file, wanted)
            if kept is None:
                key = ec.generate_private_key(ec.SECP256R1())
                kept = self._sign(key.public_key(), wanted, days)
                write_private(key_file, _key_pem(key))
                chain = kept.public_bytes(serialization.Encoding.PEM) + self.certificate_pem.encode()
                write_private(cert_file, chain)
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
        wanted = normal_names(names if names is not None else requested_names(request))
        return self._sign(key, wanted, days).public_bytes(serialization.Encoding.PEM).decode()

    def _sign(self, key: _PublicKey, names: tuple[str, ...], days: int) -> x509.Certificate:
        if days < 1:
            raise CertificateError(f"a certificate valid for {days} days cannot be issued: at least 1 is needed")
        for name in names:
            if not self.permits(name):
                raise CertificateError(
                    f"{name} cannot be certified: the authority is for {', '.join(self._permitted)} alone"
                )
        now = self._clock().replace(microsecond=0)
        # A common name holds at most 64 characters; what verifies is the list of names anyway.
        subject = names[0] if len(names[0]) <= 64 else "ignition"
        issuer_key = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return (
            x509.CertificateBuilder()
            .subject_name(distinguished_name(subject))
            .issuer_name(self._certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(ca=False), critical=True)
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
        same = names_of(certificate.extensions) == list(names)
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
            certificate = self._read_certificate()
            if certificate.public_key() != self._key.public_key():
                raise _damaged(self.ca_file)
            if certificate.not_valid_after_utc - self._clock() > self._renewed_with:
                return certificate
            self._keep_replaced()
        public = self._key.public_key()
        identifier = x509.SubjectKeyIdentifier.from_public_key(public)
        # Two authorities of one name in one trust store would be tried for each other's certificates.
        name = distinguished_name(f"{self._common_name} {identifier.digest.hex()[:8]}")
        now = self._clock().replace(microsecond=0)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + timedelta(days=self._days))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(key_usage(ca=True), critical=True)
            .add_extension(identifier, critical=False)
        )
        if self._permitted:
            builder = builder.add_extension(constraints(self._permitted), critical=True)
        certificate = builder.sign(self._key, hashes.SHA256())
        write_private(self.ca_file, certificate.public_bytes(serialization.Encoding.PEM))
        return certificate

    @property
    def _renewed_with(self) -> timedelta:
        return timedelta(days=self._longest_leaf_days) + _MARGIN

    def _read_certificate(self) -> x509.Certificate:
        try:
            return x509.load_pem_x509_certificate(self.ca_file.read_bytes())
        except (ValueError, OSError) as error:
            raise _damaged(self.ca_file) from error

    def _permits_other_names(self) -> bool:
        if not self.ca_file.exists():
            return False
        wanted = constraints(self._permitted) if self._permitted else None
        try:
            found = self._read_certificate().extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            return wanted is not None
        return found != wanted

    def _keep_replaced(self) -> None:
        content = self.ca_file.read_bytes()
        write_private(self._directory / REPLACED / f"{hashlib.sha256(content).hexdigest()[:12]}.pem", content)

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


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
