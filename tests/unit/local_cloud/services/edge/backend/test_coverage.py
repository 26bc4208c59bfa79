"""Which hosts a zone's certificates cover."""

from __future__ import annotations

import pytest

from local_cloud.services.edge.backend import Host, Zone, certificate_for, certificates_of

APEX, ONE, TWO = "ecent.online", "api.ecent.online", "admin.ignition.ecent.online"


def kind_for(host: str, **settings: object) -> str | None:
    listed = tuple(Host(name=name, origin=None) for name in (APEX, ONE, TWO))
    zone = Zone(name=APEX, hosts=listed, **settings)  # type: ignore[arg-type]
    found = certificate_for(Host(name=host, origin=None), certificates_of(zone))
    return found.kind if found is not None else None


@pytest.mark.parametrize(("host", "kind"), [(APEX, "universal"), (ONE, "universal"), (TWO, None)])
def test_universal_ssl_covers_the_apex_and_one_level(host: str, kind: str | None) -> None:
    assert kind_for(host) == kind


def test_a_pack_covers_what_it_names() -> None:
    assert kind_for(TWO, packs=((APEX, TWO),)) == "pack"


def test_a_wildcard_in_a_pack_stands_for_one_level() -> None:
    assert kind_for(TWO, packs=((APEX, "*.ignition.ecent.online"),)) == "pack"
    assert kind_for(TWO, packs=((APEX, "*.ecent.online"),)) is None


def test_total_tls_covers_what_nothing_else_does() -> None:
    assert kind_for(TWO, total_tls=True) == "total TLS"
    assert kind_for(ONE, total_tls=True) == "universal"


def test_nothing_is_covered_without_certificates() -> None:
    assert kind_for(ONE, universal=False) is None
