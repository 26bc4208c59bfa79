"""The local authority: what it issues verifies, is kept while it can be, and is replaced when it cannot."""

from __future__ import annotations

import concurrent.futures
import shutil
import socket
import ssl
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from local_cloud.runtime.tls.certificates import Certificate, CertificateError, LocalCA


def _handshake(certificate: Certificate, ca: LocalCA, host: str) -> dict[str, object]:
    """Connect to a server that presents the certificate, with verification on."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(certificate.cert_file, certificate.key_file)
    client_context = ssl.create_default_context(cafile=str(ca.ca_file))
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                server_context.wrap_socket(connection, server_side=True).close()
            except (ssl.SSLError, OSError):
                return

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with (
            socket.create_connection(listener.getsockname()) as plain,
            client_context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            return secured.getpeercert() or {}
    finally:
        thread.join()
        listener.close()


def _request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, *names: str) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "common.example.org")])
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _dns_names(pem: str) -> list[str]:
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
        x509.DNSName
    )


@pytest.fixture
def ca(tmp_path: Path) -> LocalCA:
    return LocalCA(tmp_path / "ca")


@pytest.mark.parametrize("host", ["localhost", "kv.vault.localhost", "127.0.0.1", "::1"])
def test_a_strict_client_that_trusts_the_authority_accepts_its_certificates(
    ca: LocalCA, tmp_path: Path, host: str
) -> None:
    certificate = ca.issue(["localhost", "*.vault.localhost", "127.0.0.1", "::1"], directory=tmp_path / "server")
    assert _handshake(certificate, ca, host)


def test_a_name_that_was_not_asked_for_is_not_certified(ca: LocalCA, tmp_path: Path) -> None:
    certificate = ca.issue(["localhost"], directory=tmp_path / "server")
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(certificate, ca, "other.localhost")


def test_another_authority_is_not_trusted(ca: LocalCA, tmp_path: Path) -> None:
    certificate = ca.issue(["localhost"], directory=tmp_path / "server")
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(certificate, LocalCA(tmp_path / "other"), "localhost")


def test_private_keys_are_readable_by_their_owner_only(ca: LocalCA, tmp_path: Path) -> None:
    certificate = ca.issue(["localhost"], directory=tmp_path / "server")
    keys = [certificate.key_file, tmp_path / "ca" / "ca-key.pem"]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]


def test_the_authority_survives_being_opened_again(ca: LocalCA, tmp_path: Path) -> None:
    assert LocalCA(tmp_path / "ca").certificate_pem == ca.certificate_pem


def test_a_certificate_is_kept_while_it_is_right(ca: LocalCA, tmp_path: Path) -> None:
    first = ca.issue(["localhost", "127.0.0.1"], directory=tmp_path / "server")
    before = first.cert_file.read_bytes()
    assert ca.issue(["LOCALHOST", "127.0.0.1"], directory=tmp_path / "server") == first
    assert first.cert_file.read_bytes() == before


def test_other_names_get_another_certificate(ca: LocalCA, tmp_path: Path) -> None:
    ca.issue(["localhost"], directory=tmp_path / "server")
    second = ca.issue(["localhost", "new.localhost"], directory=tmp_path / "server")
    assert _handshake(second, ca, "new.localhost")


def test_a_certificate_near_its_end_is_replaced(ca: LocalCA, tmp_path: Path) -> None:
    ca.issue(["localhost"], directory=tmp_path / "server", days=90)
    later = LocalCA(tmp_path / "ca", clock=lambda: datetime.now(UTC) + timedelta(days=61))
    assert later.issue(["localhost"], directory=tmp_path / "server", days=90).not_after > datetime.now(UTC) + timedelta(
        days=150
    )


def test_a_key_that_does_not_belong_to_its_certificate_is_replaced(ca: LocalCA, tmp_path: Path) -> None:
    certificate = ca.issue(["localhost"], directory=tmp_path / "server")
    other = ca.issue(["localhost"], directory=tmp_path / "other")
    certificate.key_file.write_bytes(other.key_file.read_bytes())
    assert _handshake(ca.issue(["localhost"], directory=tmp_path / "server"), ca, "localhost")


def test_a_certificate_of_another_authority_is_replaced(ca: LocalCA, tmp_path: Path) -> None:
    LocalCA(tmp_path / "other").issue(["localhost"], directory=tmp_path / "server")
    assert _handshake(ca.issue(["localhost"], directory=tmp_path / "server"), ca, "localhost")


def test_many_at_once_make_one_authority(tmp_path: Path) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: LocalCA(tmp_path / "ca").certificate_pem, range(16)))
    assert len(set(made)) == 1


def test_two_authorities_have_different_names(ca: LocalCA, tmp_path: Path) -> None:
    subjects = {
        x509.load_pem_x509_certificate(each.certificate_pem.encode()).subject
        for each in (ca, LocalCA(tmp_path / "other"))
    }
    assert len(subjects) == 2


def test_an_interrupted_creation_is_completed(ca: LocalCA, tmp_path: Path) -> None:
    certificate = ca.issue(["localhost"], directory=tmp_path / "server")
    ca.ca_file.unlink()
    again = LocalCA(tmp_path / "ca")
    assert _handshake(certificate, again, "localhost")


@pytest.mark.parametrize("file", ["ca.pem", "ca-key.pem"])
def test_a_damaged_authority_is_named_with_the_way_out(ca: LocalCA, tmp_path: Path, file: str) -> None:
    (tmp_path / "ca" / file).write_text("garbage")
    with pytest.raises(
        CertificateError,
        match=rf"{file} is damaged.*`rm -r .*ca` and `ignition up --refresh`, which makes a new authority",
    ):
        LocalCA(tmp_path / "ca")


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CertificateError, match=r"file/ca: Not a directory\. Make the directory writable"):
        LocalCA(tmp_path / "file" / "ca")


@pytest.mark.parametrize("name", ["", "a b", "-a.example", "https://example.org", "a.*.example", "x" * 64])
def test_a_name_that_is_none_is_refused(ca: LocalCA, tmp_path: Path, name: str) -> None:
    with pytest.raises(CertificateError, match="neither a DNS name"):
        ca.issue([name], directory=tmp_path / "server")


def test_no_names_are_refused(ca: LocalCA, tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="at least one"):
        ca.issue([], directory=tmp_path / "server")


def test_a_name_longer_than_a_common_name_is_certified(ca: LocalCA, tmp_path: Path) -> None:
    name = f"{'a' * 60}.{'b' * 60}.localhost"
    assert _handshake(ca.issue([name], directory=tmp_path / "server"), ca, name)


def test_a_request_is_signed_for_the_names_it_asks_for(ca: LocalCA) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    assert _dns_names(ca.sign_request(_request(key, "a.example.org", "b.example.org"), days=90)) == [
        "a.example.org",
        "b.example.org",
    ]


def test_a_request_without_names_is_signed_for_its_common_name(ca: LocalCA) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert _dns_names(ca.sign_request(_request(key), days=90)) == ["common.example.org"]


def test_the_caller_s_names_win_over_the_request_s(ca: LocalCA) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signed = ca.sign_request(_request(key, "a.example.org"), days=90, names=["*.example.org"])
    assert _dns_names(signed) == ["*.example.org"]


def test_a_signed_request_carries_the_requester_s_key_and_the_authority_s_signature(ca: LocalCA) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signed = x509.load_pem_x509_certificate(ca.sign_request(_request(key), days=5475).encode())
    signed.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.certificate_pem.encode()))
    assert signed.public_key() == key.public_key()


def test_the_longest_origin_certificate_does_not_outlive_its_issuer(tmp_path: Path) -> None:
    ca = LocalCA(tmp_path / "ca", days=7300, longest_leaf_days=5475)
    much_later = ca.at(lambda: datetime.now(UTC) + timedelta(days=1_800))
    key = ec.generate_private_key(ec.SECP256R1())
    signed = x509.load_pem_x509_certificate(much_later.sign_request(_request(key), days=5475).encode())
    issuer = x509.load_pem_x509_certificate(much_later.certificate_pem.encode())
    assert signed.not_valid_after_utc <= issuer.not_valid_after_utc


def test_something_else_than_a_request_is_refused(ca: LocalCA) -> None:
    with pytest.raises(CertificateError, match="BEGIN CERTIFICATE REQUEST"):
        ca.sign_request("nonsense", days=90)


def test_a_request_changed_after_signing_is_refused(ca: LocalCA) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.load_pem_x509_csr(_request(key, "a.example.org").encode())
    tampered = request.public_bytes(serialization.Encoding.DER).replace(b"a.example.org", b"b.example.org")
    pem = x509.load_der_x509_csr(tampered).public_bytes(serialization.Encoding.PEM).decode()
    with pytest.raises(CertificateError, match="signature does not match"):
        ca.sign_request(pem, days=90)


def test_a_weak_key_is_refused(ca: LocalCA) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  the weakness is the point
    with pytest.raises(CertificateError, match="1024 bits"):
        ca.sign_request(_request(key), days=90)


def test_a_certificate_needs_a_day(ca: LocalCA, tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="0 days"):
        ca.issue(["localhost"], directory=tmp_path / "server", days=0)


ZONE = ("ecent.online", "localhost")


@pytest.fixture
def constrained(tmp_path: Path) -> LocalCA:
    return LocalCA(tmp_path / "constrained", permitted=ZONE)


@pytest.mark.parametrize(
    "host", ["ecent.online", "admin.ignition.ecent.online", "localhost", "kv.vault.localhost", "127.0.0.1", "::1"]
)
def test_a_constrained_authority_certifies_its_zone_and_this_machine(
    constrained: LocalCA, tmp_path: Path, host: str
) -> None:
    names = ["ecent.online", "*.ignition.ecent.online", "localhost", "*.vault.localhost", "127.0.0.1", "::1"]
    assert _handshake(constrained.issue(names, directory=tmp_path / "server"), constrained, host)


@pytest.mark.parametrize("name", ["example.org", "notecent.online", "online", "ecent.online.example.org", "192.0.2.1"])
def test_a_constrained_authority_refuses_other_names(constrained: LocalCA, tmp_path: Path, name: str) -> None:
    assert not constrained.permits(name)
    with pytest.raises(CertificateError, match=f"{name} cannot be certified: the authority is for ecent.online, local"):
        constrained.issue([name], directory=tmp_path / "server")


@pytest.mark.parametrize("host", ["example.org", "notecent.online", "192.0.2.1"])
def test_a_client_takes_no_other_name_from_it_although_its_key_signed(
    constrained: LocalCA, tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As somebody would who has stolen the key."""
    monkeypatch.setattr(constrained, "_permitted", ())
    stolen = constrained.issue([host, "localhost"], directory=tmp_path / "server")
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        _handshake(stolen, constrained, "localhost")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl is not installed")
def test_openssl_says_the_same(constrained: LocalCA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = constrained.issue(["api.ecent.online"], directory=tmp_path / "right")
    monkeypatch.setattr(constrained, "_permitted", ())
    wrong = constrained.issue(["api.example.org"], directory=tmp_path / "wrong")
    argv = ["openssl", "verify", "-x509_strict", "-CAfile", str(constrained.ca_file)]
    said = [
        subprocess.run([*argv, str(each.cert_file)], capture_output=True, text=True, check=False)
        for each in (right, wrong)
    ]
    assert [each.returncode for each in said] == [0, 2]
    assert "permitted subtree violation" in said[1].stderr


def test_an_authority_lives_for_a_year(constrained: LocalCA) -> None:
    certificate = x509.load_pem_x509_certificate(constrained.certificate_pem.encode())
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert timedelta(days=365) <= life < timedelta(days=366)


def test_it_is_renewed_with_its_key_before_it_ends(tmp_path: Path) -> None:
    """Whoever trusts the old certificate goes on to do so until that ends."""
    old = LocalCA(tmp_path / "ca", permitted=ZONE, clock=lambda: datetime.now(UTC) - timedelta(days=250))
    server = old.issue(["localhost"], directory=tmp_path / "server", days=300)
    new = LocalCA(tmp_path / "ca", permitted=ZONE)
    assert new.certificate_pem != old.certificate_pem
    assert [each.read_text() for each in new.replaced] == [old.certificate_pem]
    assert _handshake(server, new, "localhost")


def test_it_is_not_renewed_while_there_is_time(constrained: LocalCA) -> None:
    later = constrained.at(lambda: datetime.now(UTC) + timedelta(days=240))
    assert (later.certificate_pem, later.replaced) == (constrained.certificate_pem, [])


@pytest.mark.parametrize("before", [(), ("example.org", "localhost")])
def test_an_authority_for_other_names_is_replaced_with_its_key(tmp_path: Path, before: tuple[str, ...]) -> None:
    """A system's store may still trust the old certificate, so the old key must be of no more use."""
    old = LocalCA(tmp_path / "ca", permitted=before)
    server = old.issue(["localhost"], directory=tmp_path / "server")
    new = LocalCA(tmp_path / "ca", permitted=ZONE)
    assert not new.has_signed(server.cert_file.read_text())
    assert [each.read_text() for each in new.replaced] == [old.certificate_pem]
    assert _handshake(new.issue(["localhost"], directory=tmp_path / "server"), new, "localhost")
    assert LocalCA(tmp_path / "ca", permitted=ZONE).certificate_pem == new.certificate_pem
