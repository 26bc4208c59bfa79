"""Host names, custom domains and address rules at the platform's ingress."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import httpx
import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.container_apps.backend import CustomDomain, EnvironmentSpec, Ingress, IpRule
from tests.integration.container_apps.stage import DOMAIN, VERIFICATION_ID, Stage, app, host_of

HOST = "api.ecent.online"


def test_an_unknown_host_below_the_domain_is_answered_404(stage: Stage) -> None:
    assert stage.get(f"nobody.{DOMAIN}").status_code == 404


def test_a_host_outside_fails_its_handshake(stage: Stage) -> None:
    with pytest.raises(httpx.ConnectError):
        stage.get("api.example.org")


def test_plain_http_leads_to_https_unless_it_is_allowed(stage: Stage) -> None:
    stage.platform.put_app(app())
    plain = f"http://{stage.platform.addresses.http}"
    assert stage.get(host_of(), "/x?y=1", address=plain).headers["location"] == f"https://{host_of()}/x?y=1"
    stage.platform.put_app(app(ingress=Ingress(target_port=8080, allow_insecure=True)))
    assert stage.get(host_of(), address=plain).status_code == 200


def test_an_internal_app_answers_only_inside_its_environment(stage: Stage) -> None:
    status = stage.platform.put_app(app(ingress=Ingress(target_port=8080, external=False)))
    assert status.fqdn == f"ca-api.internal.{DOMAIN}"
    inside = stage.platform.addresses.inside
    assert stage.get(status.fqdn).status_code == 404
    assert stage.get(status.fqdn, address=inside).status_code == 200
    assert stage.get("ca-api", address=inside).status_code == 200


def test_a_custom_domain_without_its_asuid_record_is_refused(stage: Stage) -> None:
    stage.platform.put_certificate("cert", certificate(stage, HOST))
    with pytest.raises(
        CloudRefusal, match=f"A TXT record pointing from asuid.{HOST} to {VERIFICATION_ID} was not found"
    ):
        stage.platform.put_app(bound("cert"))


def test_a_custom_domain_is_bound_and_answers_with_its_certificate(stage: Stage) -> None:
    stage.dns(f"asuid.{HOST}", "TXT", f'"{VERIFICATION_ID}"')
    stage.platform.put_certificate("cert", certificate(stage, HOST))
    assert stage.platform.put_app(bound("cert")).custom_domains == (HOST,)
    assert stage.shown(HOST)["headers"]["Host"] == HOST


def test_a_certificate_for_another_host_is_refused(stage: Stage) -> None:
    stage.dns(f"asuid.{HOST}", "TXT", VERIFICATION_ID)
    stage.platform.put_certificate("cert", certificate(stage, "other.ecent.online"))
    with pytest.raises(CloudRefusal, match=r"is for other\.ecent\.online"):
        stage.platform.put_app(bound("cert"))


def test_a_missing_certificate_is_refused(stage: Stage) -> None:
    stage.dns(f"asuid.{HOST}", "TXT", VERIFICATION_ID)
    with pytest.raises(CloudRefusal, match="CertificateNotFound"):
        stage.platform.put_app(bound("gone"))


def test_a_bound_certificate_cannot_be_deleted(stage: Stage) -> None:
    stage.dns(f"asuid.{HOST}", "TXT", VERIFICATION_ID)
    stage.platform.put_certificate("cert", certificate(stage, HOST))
    stage.platform.put_app(bound("cert"))
    with pytest.raises(CloudRefusal, match=f"bound to {HOST}"):
        stage.platform.delete_certificate("CERT")
    stage.platform.put_app(app())
    stage.platform.delete_certificate("cert")


def test_a_domain_bound_automatically_gets_its_certificate_once_its_record_is_seen(stage: Stage) -> None:
    stage.dns(f"asuid.{HOST}", "TXT", VERIFICATION_ID)
    stage.dns(HOST, "CNAME", host_of(), proxied=True)
    stage.platform.put_app(
        app(ingress=Ingress(target_port=8080, custom_domains=(CustomDomain(name=HOST, binding_type="Auto"),)))
    )
    with pytest.raises(CloudRefusal, match="A proxied record hides it"):
        stage.platform.put_managed_certificate("managed", HOST)
    stage.dns(HOST, "CNAME", host_of())
    stage.platform.put_managed_certificate("managed", HOST)
    assert stage.get(HOST).status_code == 200


def test_address_rules_let_in_whom_they_name(stage: Stage) -> None:
    for action, network, status in (
        ("Allow", "203.0.113.0/24", 403),
        ("Allow", "127.0.0.0/8", 200),
        ("Deny", "127.0.0.1/32", 403),
        ("Deny", "203.0.113.0/24", 200),
    ):
        rules = (IpRule(name="rule", action=action, ip_address_range=network),)
        stage.platform.put_app(app(ingress=Ingress(target_port=8080, ip_rules=rules)))
        assert stage.get(host_of()).status_code == status, (action, network)


def test_whoever_asks_is_not_believed_about_where_the_request_came_from(stage: Stage) -> None:
    stage.platform.put_app(app())
    seen = stage.shown(host_of(), headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.test"})[
        "headers"
    ]
    assert (seen["X-Forwarded-For"], seen["X-Forwarded-Host"]) == ("127.0.0.1", host_of())


def test_no_port_counts_as_the_edge_or_as_an_app_inside(stage: Stage) -> None:
    """Any process of the machine connects to a port; only this account opens a socket in a private directory."""
    stage.platform.put_app(app())
    caddy = stage.supervisor.get("origin")
    assert caddy is not None
    listening = {each.laddr.port for each in psutil.Process(caddy.pid).net_connections("tcp") if not each.raddr}
    addresses = stage.platform.addresses
    assert listening == {int(each.rpartition(":")[2]) for each in (addresses.tls, addresses.http)}
    admin = Path(addresses.edge_tls.removeprefix("unix/")).with_name("admin.sock")
    for each in (addresses.edge_tls, addresses.edge_http, addresses.inside, admin):
        socket_file = Path(str(each).removeprefix("unix/"))
        assert stat.S_ISSOCK(socket_file.stat().st_mode)
        assert not stat.S_IMODE(socket_file.stat().st_mode) & 0o077
        assert stat.S_IMODE(socket_file.parent.stat().st_mode) == 0o700


def test_sticky_sessions_stay_with_their_replica(stage: Stage) -> None:
    stage.platform.put_app(app(replicas=3, ingress=Ingress(target_port=8080, sticky_sessions=True)))
    first = stage.get(host_of())
    cookie = first.headers["set-cookie"].partition(";")[0]
    seen = {stage.shown(host_of(), headers={"Cookie": cookie})["pid"] for _ in range(6)}
    assert seen == {first.json()["pid"]}


def test_an_environment_with_apps_cannot_be_deleted(stage: Stage) -> None:
    stage.platform.put_app(app())
    with pytest.raises(CloudRefusal, match="ca-api are still in it"):
        stage.platform.delete_environment("cae")
    stage.platform.delete_app("ca-api")
    stage.platform.delete_environment("cae")
    with pytest.raises(CloudRefusal, match="ManagedEnvironmentNotFound"):
        stage.platform.put_app(app())


def test_two_environments_have_domains_of_their_own(stage: Stage) -> None:
    stage.platform.put_environment(EnvironmentSpec(name="other", default_domain="other.example"))
    from tests.integration.container_apps.stage import replace  # noqa: PLC0415

    stage.platform.put_app(replace(app(name="ca-other"), environment="other"))
    assert stage.get("ca-other.other.example").status_code == 200


def bound(certificate_id: str):
    domains = (CustomDomain(name=HOST, certificate_id=certificate_id),)
    return app(ingress=Ingress(target_port=8080, custom_domains=domains))


def certificate(stage: Stage, host: str) -> bytes:
    """Certificate and key in one PEM, as the program hands them over."""
    issued = stage.ca.issue([host], directory=stage.directory / f"issued-{host}")
    pem = issued.cert_file.read_bytes() + issued.key_file.read_bytes()
    assert base64.b64decode(base64.b64encode(pem)) == pem
    return pem


def test_a_pfx_with_its_password_is_taken(stage: Stage) -> None:
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

    pem = certificate(stage, HOST)
    key = serialization.load_pem_private_key(pem, password=None)
    pfx = pkcs12.serialize_key_and_certificates(
        b"api", key, x509.load_pem_x509_certificates(pem)[0], None, serialization.BestAvailableEncryption(b"word")
    )
    assert stage.platform.put_certificate("pfx", pfx, "word").names == (HOST,)
    with pytest.raises(CloudRefusal, match="PFX with its password"):
        stage.platform.put_certificate("pfx", pfx, "wrong")
