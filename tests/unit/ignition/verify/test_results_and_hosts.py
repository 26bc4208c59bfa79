"""Ends, HSTS and certificates, by a server that presents a certificate of our making."""

import datetime as dt
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app_config.local_platform import LocalPlatform, TokenEndpoint
from ignition.verify.deployment import Deployment, LocalParts, OutputsError, outputs_from
from ignition.verify.hosts import hosts
from ignition.verify.result import Subject

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
HOST = {"api": "api.ecent.test", "admin": "admin.ecent.test"}
NAMES = tuple(HOST.values())


@pytest.mark.parametrize(
    ("days", "state"), [(-1, "failed"), (0, "expires soon"), (59, "expires soon"), (60, "passed"), (400, "passed")]
)
def test_what_ends_within_sixty_days_is_named_and_what_is_over_fails(days, state):
    result = Subject("LATER-011", "certificate").ends(NOW + dt.timedelta(days=days), "valid", "renew it", NOW)
    assert result.state == state
    assert f"{NOW + dt.timedelta(days=days):%Y-%m-%d}" in result.evidence


@pytest.mark.parametrize(("text", "said"), [("no", "not JSON"), ("[]", "lacks"), ('{"api_url": 1}', "admin_url, apps")])
def test_outputs_that_cannot_be_used_are_refused(text, said):
    with pytest.raises(OutputsError, match=said):
        outputs_from(text, "outputs.json")


def certificate(directory, days, *names):
    """A certificate that is its own authority; returns the file with it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ours")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=900))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = directory / "server.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.fixture
def served(tmp_path):
    """Serves both hosts, edge and origin alike, by one certificate; returns the results by what was checked."""
    servers = []

    def serve(*, days=400, names=NAMES, status=200, headers=(), required="true", ds_record=None):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        file = certificate(tmp_path, days, *names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        secured, plain = (ThreadingHTTPServer(("127.0.0.1", 0), Handler) for _ in range(2))
        secured.socket = context.wrap_socket(secured.socket, server_side=True)
        for server in (secured, plain):
            servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        ports = {"edge": secured.server_port, "origin": secured.server_port, "edge (http)": plain.server_port}
        platform = LocalPlatform(tmp_path, "pulumi", {}, file, {}, TokenEndpoint("", ""), {})
        outputs = {
            "ds_record": ds_record,
            "api_url": f"https://{HOST['api']}",
            "admin_url": f"https://{HOST['admin']}",
            "settings": {"version": 1, "apps": {"api": {"values": {"EDGE_REQUIRED": required}, "secrets": {}}}},
        }
        local = LocalParts(platform, ports, (), {"apps": []})
        return {each.what: each for each in hosts(Deployment("local", outputs, local))}

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_certificate_that_ends_in_a_month_is_named_with_its_day(served):
    result = served(days=30)["certificate of api.ecent.test"]
    assert result.state == "expires soon"
    assert "in 29 days" in result.evidence


def test_a_certificate_that_is_over_fails(served):
    assert served(days=-2)["certificate of api.ecent.test"].state == "failed"


def test_a_certificate_for_another_host_fails_at_the_edge_and_at_the_origin(served):
    results = served(names=("other.test",))
    assert results["certificate of admin.ecent.test"].state == "failed"
    assert results["certificate that admin presents to the edge"].state == "failed"


@pytest.mark.parametrize(
    ("header", "state"),
    [
        ("max-age=31536000; includeSubDomains", "passed"),
        ("max-age=600", "failed"),
        ("max-age=0", "failed"),
        ("includeSubDomains", "failed"),
        (None, "failed"),
    ],
)
def test_hsts_must_hold_for_half_a_year(served, header, state):
    headers = [("Strict-Transport-Security", header)] if header else []
    assert served(headers=headers)["HSTS of api.ecent.test"].state == state


def test_an_origin_that_answers_past_the_edge_fails_and_one_that_refuses_passes(served):
    assert served(status=200)["ingress of api refuses who comes past the edge"].state == "failed"
    assert served(status=403)["ingress of api refuses who comes past the edge"].state == "passed"


def test_plain_http_that_is_answered_without_a_redirect_fails(served):
    assert served()["http://api.ecent.test leads to HTTPS"].state == "failed"
    redirected = served(status=301, headers=[("Location", "https://api.ecent.test/")])
    assert redirected["http://api.ecent.test leads to HTTPS"].state == "passed"


def test_a_host_whose_origin_is_down_fails(served):
    assert served(status=502)["https://api.ecent.test answers"].state == "failed"


@pytest.mark.parametrize(("ds_record", "state"), [("ecent.test. 3600 IN DS 1 13 2 AB", "failed"), (None, "not asked")])
def test_an_origin_without_the_edge_secret_fails_for_the_owner_of_the_zone_alone(served, ds_record, state):
    results = served(required="false", ds_record=ds_record)
    assert results["api refuses requests without the edge's secret"].state == state
