"""The PFX of an origin certificate: the same every time, and read by the programs that people have."""

from __future__ import annotations

import base64
import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from infra.components.edge.certificate_files import pfx_bundle
from infra.components.edge.host import Host
from tests.support.declared import declare
from tests.unit.infra.components import examples

KEY = rsa.generate_private_key(65537, 2048)
_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "api.ecent.online")])
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_NAME)
    .issuer_name(_NAME)
    .public_key(KEY.public_key())
    .serial_number(7)
    .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    .not_valid_after(dt.datetime(2041, 1, 1, tzinfo=dt.UTC))
    .sign(KEY, hashes.SHA256())
)
CERTIFICATE_PEM = CERTIFICATE.public_bytes(serialization.Encoding.PEM).decode()


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    pkcs8, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, none).decode()


def test_the_same_certificate_and_key_give_the_same_file() -> None:
    assert pfx_bundle(CERTIFICATE_PEM, pem_of(KEY)) == pfx_bundle(CERTIFICATE_PEM, pem_of(KEY))


def test_the_file_holds_certificate_and_key_and_its_checksum_is_right() -> None:
    content = base64.b64decode(pfx_bundle(CERTIFICATE_PEM, pem_of(KEY)))
    key, certificate, _ = pkcs12.load_key_and_certificates(content, b"")
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.private_numbers() == KEY.private_numbers()
    assert certificate == CERTIFICATE


def test_a_changed_file_is_noticed_by_its_checksum() -> None:
    """So that the test before this one can fail."""
    content = bytearray(base64.b64decode(pfx_bundle(CERTIFICATE_PEM, pem_of(KEY))))
    content[-6] ^= 1  # in the salt
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_key_and_certificates(bytes(content), b"")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on PATH")
def test_openssl_reads_it_with_an_empty_password(tmp_path: Path) -> None:
    file = tmp_path / "origin.pfx"
    file.write_bytes(base64.b64decode(pfx_bundle(CERTIFICATE_PEM, pem_of(KEY))))
    argv = ["openssl", "pkcs12", "-in", str(file), "-nodes", "-passin", "pass:"]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert CERTIFICATE_PEM.strip() in said
    assert said.count("PRIVATE KEY-----") == 2


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="RSA"):
        pfx_bundle(CERTIFICATE_PEM, pem_of(ec.generate_private_key(ec.SECP256R1())))


def test_a_preview_that_knows_no_certificate_declares_the_pfx_all_the_same() -> None:
    program = declare(lambda: Host("api-host", examples.host(certificate_form="pfx")), preview=True)
    assert program.one("api-host-certificate").type.endswith(":Certificate")
