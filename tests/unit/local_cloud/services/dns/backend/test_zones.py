"""What zones answer, and what they refuse to hold."""

from __future__ import annotations

import pytest

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.dns.backend import Record, Zones

ZONE = "ecent.online"


@pytest.fixture
def zones() -> Zones:
    made = Zones(edge_address="127.0.0.9")
    made.add_zone(ZONE, ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"])
    return made


def put(zones: Zones, name: str, kind: str, content: str, **more: object) -> None:
    zones.set_record(f"{name} {kind} {content}", Record(name=name, type=kind, content=content, **more))  # type: ignore[arg-type]


def test_a_record_is_found_whatever_the_case(zones: Zones) -> None:
    put(zones, "api.ecent.online", "A", "192.0.2.1")
    assert zones.lookup("API.Ecent.Online.", "a") == ("192.0.2.1",)


def test_text_is_found_without_its_quotes(zones: Zones) -> None:
    put(zones, "asuid.api.ecent.online", "TXT", '"ABC" "DEF\\"G"')
    assert zones.lookup("asuid.api.ecent.online", "TXT") == ('ABCDEF"G',)


def test_an_unquoted_text_is_taken_as_it_is(zones: Zones) -> None:
    put(zones, "asuid.api.ecent.online", "TXT", "A\\BC")
    assert zones.lookup("asuid.api.ecent.online", "TXT") == ("A\\BC",)


def test_an_alias_is_followed_in_the_zone(zones: Zones) -> None:
    put(zones, "a.ecent.online", "CNAME", "b.ecent.online")
    put(zones, "b.ecent.online", "CNAME", "c.ecent.online")
    put(zones, "c.ecent.online", "A", "192.0.2.1")
    answer = zones.answer("a.ecent.online", "A")
    assert [each.type for each in answer.records] == ["CNAME", "CNAME", "A"]


def test_an_alias_is_followed_into_another_zone_of_ours(zones: Zones) -> None:
    zones.add_zone("env.azurecontainerapps.io")
    put(zones, "*.env.azurecontainerapps.io", "A", "127.0.0.1")
    put(zones, "api.ecent.online", "CNAME", "api.env.azurecontainerapps.io")
    assert zones.lookup("api.ecent.online", "A") == ("127.0.0.1",)


def test_an_alias_to_a_missing_name_answers_no_such_name_with_the_alias(zones: Zones) -> None:
    put(zones, "a.ecent.online", "CNAME", "gone.ecent.online")
    answer = zones.answer("a.ecent.online", "A")
    assert answer.outcome == "no-name"
    assert [each.type for each in answer.records] == ["CNAME"]


def test_aliases_in_a_circle_end(zones: Zones) -> None:
    put(zones, "a.ecent.online", "CNAME", "b.ecent.online")
    put(zones, "b.ecent.online", "CNAME", "a.ecent.online")
    assert zones.lookup("a.ecent.online", "A") == ()


def test_a_proxied_alias_answers_with_the_edge(zones: Zones) -> None:
    put(zones, "api.ecent.online", "CNAME", "origin.example.net", proxied=True)
    assert zones.lookup("api.ecent.online", "A") == ("127.0.0.9",)


def test_a_proxied_alias_does_not_show_what_is_behind_it(zones: Zones) -> None:
    put(zones, "api.ecent.online", "CNAME", "origin.example.net", proxied=True)
    assert zones.answer("api.ecent.online", "CNAME").outcome == "no-data"


def test_a_missing_name_and_a_missing_type_differ(zones: Zones) -> None:
    put(zones, "api.ecent.online", "A", "192.0.2.1")
    assert zones.answer("api.ecent.online", "AAAA").outcome == "no-data"
    assert zones.answer("ipa.ecent.online", "A").outcome == "no-name"


def test_a_name_that_only_has_children_exists(zones: Zones) -> None:
    put(zones, "asuid.api.ecent.online", "TXT", "x")
    assert zones.answer("api.ecent.online", "A").outcome == "no-data"


def test_another_zone_is_refused(zones: Zones) -> None:
    assert zones.answer("example.org", "A").outcome == "not-ours"


def test_a_wildcard_answers_for_names_that_do_not_exist_only(zones: Zones) -> None:
    put(zones, "*.ecent.online", "A", "192.0.2.1")
    put(zones, "api.ecent.online", "TXT", "x")
    assert zones.lookup("any.thing.ecent.online", "A") == ("192.0.2.1",)
    assert zones.lookup("api.ecent.online", "A") == ()


def test_an_alias_at_the_apex_is_flattened(zones: Zones) -> None:
    put(zones, "www.ecent.online", "A", "192.0.2.1")
    put(zones, ZONE, "CNAME", "www.ecent.online")
    assert [each.type for each in zones.answer(ZONE, "A").records] == ["A"]


def test_the_apex_has_its_name_servers(zones: Zones) -> None:
    assert zones.lookup(ZONE, "NS") == ("ada.ns.cloudflare.com", "bob.ns.cloudflare.com")


def test_a_record_is_replaced_by_its_id(zones: Zones) -> None:
    zones.set_record("1", Record(name="a.ecent.online", type="A", content="192.0.2.1"))
    zones.set_record("1", Record(name="a.ecent.online", type="A", content="192.0.2.2"))
    assert zones.lookup("a.ecent.online", "A") == ("192.0.2.2",)


def test_a_removed_record_is_gone(zones: Zones) -> None:
    zones.set_record("1", Record(name="a.ecent.online", type="A", content="192.0.2.1"))
    zones.remove_record("1")
    assert zones.answer("a.ecent.online", "A").outcome == "no-name"
    assert zones.records() == {}


@pytest.mark.parametrize(("first", "second"), [("A", "CNAME"), ("CNAME", "AAAA"), ("CNAME", "CNAME")])
def test_an_alias_beside_an_address_is_refused(zones: Zones, first: str, second: str) -> None:
    contents = {"A": "192.0.2.1", "AAAA": "2001:db8::1"}
    put(zones, "api.ecent.online", first, contents.get(first, "one.example.net"))
    with pytest.raises(CloudRefusal, match="81053"):
        put(zones, "api.ecent.online", second, contents.get(second, "two.example.net"))


def test_the_same_record_twice_is_refused(zones: Zones) -> None:
    zones.set_record("1", Record(name="a.ecent.online", type="TXT", content='"x"'))
    with pytest.raises(CloudRefusal, match="81058"):
        zones.set_record("2", Record(name="a.ecent.online", type="TXT", content="x"))


def test_a_name_outside_every_zone_is_an_error_that_names_the_zones(zones: Zones) -> None:
    with pytest.raises(BackendError, match=r"no zone holds api\.example\.org \(zones: ecent\.online\)"):
        put(zones, "api.example.org", "A", "192.0.2.1")


@pytest.mark.parametrize(
    ("kind", "content"), [("A", "2001:db8::1"), ("AAAA", "nonsense"), ("CAA", "pki.goog"), ("SRV", "sip"), ("LOC", "x")]
)
def test_a_content_that_does_not_fit_its_type_is_an_error(zones: Zones, kind: str, content: str) -> None:
    with pytest.raises(BackendError, match=kind):
        put(zones, "x.ecent.online", kind, content)
