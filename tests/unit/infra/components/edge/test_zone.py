from __future__ import annotations

import pytest

from infra.components.edge.zone import Zone
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def zone(**changes: object) -> Program[Zone]:
    return declare(lambda: Zone("zone", examples.zone(**changes)))


def authorities(program: Program[Zone]) -> list[str]:
    return [each.inputs["data"]["value"] for each in program.of("DnsRecord")]


def test_every_authority_that_the_edge_may_take_is_allowed() -> None:
    assert authorities(zone()) == ["letsencrypt.org", "pki.goog", "sectigo.com", "ssl.com"]


def test_azures_authority_is_allowed_where_azure_gets_certificates() -> None:
    assert "digicert.com" in authorities(zone(azure_certificates=True))


def test_authorities_stand_at_the_apex_because_nothing_stands_beside_a_cname() -> None:
    assert {each.inputs["name"] for each in zone().of("DnsRecord")} == {"ecent.online"}


def test_strict_tls_to_the_origins_comes_after_everything_else() -> None:
    for scope, last in (("hosts", "zone-strict-tls"), ("zone", "zone-ssl")):
        program = zone(advanced_hosts=["admin.ignition.ecent.online"], strict_tls=scope)
        others = [each.name for each in program.resources if each.custom and each.name not in {last, "zone-dnssec"}]
        assert [name for name in others if not program.waits_for(last, name)] == []


def test_the_edge_insists_on_certificates_of_the_stacks_hosts_alone() -> None:
    program = zone()
    (rule,) = program.one("zone-strict-tls").inputs["rules"]
    assert (rule["action"], rule["actionParameters"]["ssl"]) == ("set_config", "strict")
    assert rule["expression"] == 'lower(http.host) in {"api.ecent.online"}'
    assert "ssl" not in {each.inputs["settingId"] for each in program.of("ZoneSetting")}


def test_a_zone_of_ones_own_can_be_strict_as_a_whole() -> None:
    program = zone(strict_tls="zone")
    assert program.one("zone-ssl").inputs["value"] == "strict"
    assert "zone-strict-tls" not in {each.name for each in program.resources}


def test_without_authorities_everybody_may_issue() -> None:
    assert authorities(zone(certificate_authorities=[], azure_certificates=True)) == []


def test_old_tls_and_plain_http_are_switched_off() -> None:
    values = {each.inputs["settingId"]: each.inputs["value"] for each in zone().of("ZoneSetting")}
    assert values["min_tls_version"] == "1.2"
    assert values["tls_1_3"] == values["always_use_https"] == "on"


def test_rules_see_urls_as_cloudflare_normalizes_them() -> None:
    """Else //auth/ is another path than /auth/ to the rate limit, and the same one to many backends."""
    settings = zone().one("zone-url-normalization").inputs
    assert (settings["type"], settings["scope"]) == ("cloudflare", "incoming")


def test_hsts_is_complete_because_what_is_missing_counts_as_off() -> None:
    value = zone(hsts_include_subdomains=False).one("zone-security-header").inputs["value"]
    assert value["strict_transport_security"] == {
        "enabled": True,
        "max_age": 31_536_000,
        "include_subdomains": False,
        "preload": False,
        "nosniff": True,
    }


def test_the_zone_is_signed_protected_and_tells_what_the_registrar_needs() -> None:
    program = zone()
    assert program.one("zone-dnssec").protect
    assert program.outputs["ds_record"].startswith("ecent.online. 3600 IN DS")


def test_a_zone_that_is_not_signed_has_no_ds_record() -> None:
    program = zone(dnssec=False)
    assert program.of("ZoneDnssec") == []
    assert program.outputs["ds_record"] is None


def test_an_advanced_certificate_covers_the_apex_and_the_deep_hosts() -> None:
    pack = zone(advanced_hosts=["admin.ignition.ecent.online"]).one("zone-advanced").inputs
    assert pack["hosts"] == ["admin.ignition.ecent.online", "ecent.online"]


def test_without_deep_hosts_no_certificate_is_bought() -> None:
    assert zone().of("CertificatePack") == []


def test_a_host_outside_the_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"api\.example\.com is not in the zone"):
        examples.zone(hosts=["api.example.com"])


def test_a_rate_limit_beyond_the_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="the free plan counts over 10 s"):
        examples.zone(plan="free")
