from __future__ import annotations

import base64

from pulumi import ResourceOptions

from infra.components.apps.service import CustomDomain, Service
from infra.components.edge.certificate_files import pem_bundle
from infra.components.edge.host import Host, certificate_name
from tests.support.declared import VERIFICATION_ID, Program, declare
from tests.unit.infra.components import examples


def host(**changes: object) -> Program[Host]:
    return declare(lambda: Host("api-host", examples.host(**changes)))


def test_the_ownership_record_holds_the_verification_id_in_quotes_and_is_not_proxied() -> None:
    record = host().one("api-host-asuid").inputs
    assert (record["name"], record["type"]) == ("asuid.api.ecent.online", "TXT")
    assert record["content"] == f'"{VERIFICATION_ID}"'
    assert record["proxied"] is False


def test_binding_waits_for_the_ownership_record() -> None:
    def build() -> Service:
        made = Host("api-host", examples.host())
        domain = CustomDomain(host="api.ecent.online", certificate_id=made.certificate_id)
        return Service("api", examples.service(custom_domains=[domain]), ResourceOptions(depends_on=[made]))

    program = declare(build)
    assert program.waits_for("api-host-dns-wait", "api-host-asuid")
    assert program.position("api-host-dns-wait") < program.position("api-app")


def test_a_proxied_host_has_an_automatic_ttl() -> None:
    record = host(tls="edge").one("api-host-cname").inputs
    assert (record["proxied"], record["ttl"]) == (True, 1)


def test_a_host_that_is_dns_only_has_the_given_ttl_and_no_certificate_of_ours() -> None:
    program = host(tls="managed", ttl_s=300)
    record = program.one("api-host-cname").inputs
    assert (record["proxied"], record["ttl"]) == (False, 300)
    assert program.of("OriginCaCertificate") == program.of("Certificate") == program.of("PrivateKey") == []
    assert program.outputs["certificate_id"] is None


def test_the_host_points_at_the_app_without_asking_the_app() -> None:
    record = host().one("api-host-cname").inputs
    assert record["content"] == "ca-ignition-test-api.blue.westeurope.azurecontainerapps.io"


def test_the_origin_certificate_is_for_the_one_host_and_15_years() -> None:
    issued = host().one("api-host-origin").inputs
    assert issued["hostnames"] == ["api.ecent.online"]
    assert issued["requestedValidity"] == 5475
    assert issued["csr"] == "request of api-host-request"


def test_the_app_gets_certificate_and_key_as_pem_and_they_are_secret() -> None:
    bound = host().one("api-host-certificate")
    content = base64.b64decode(bound.inputs["properties"]["value"]).decode()
    assert content == "certificate for request of api-host-request\nPKCS#8 key of api-host-key\n"
    assert "properties" in bound.secret_inputs


def test_a_new_certificate_has_a_new_name_because_a_bound_one_cannot_change() -> None:
    names = {certificate_name("api.ecent.online", pem, form) for pem in ("one", "two") for form in ("pem", "pfx")}
    assert len(names) == 4
    assert all(each.startswith("api-ecent-online-") for each in names)


def test_a_certificates_name_stays_within_azures_limit() -> None:
    assert len(certificate_name(f"{'a' * 63}.{'b' * 63}.ecent.online", "pem")) <= 60


def test_the_same_certificate_and_key_give_the_same_bundle() -> None:
    assert pem_bundle("certificate\n", "key\n") == pem_bundle("certificate", "key")


def test_raising_the_generation_makes_a_new_key() -> None:
    triggers = [host(key_generation=number).one("api-host-key").replacement_trigger for number in (1, 2)]
    assert triggers == [1, 2]


def test_another_host_is_another_wait() -> None:
    waits = [
        host(name=name).one("api-host-dns-wait").inputs["triggers"] for name in ("a.ecent.online", "b.ecent.online")
    ]
    assert waits[0] != waits[1]
