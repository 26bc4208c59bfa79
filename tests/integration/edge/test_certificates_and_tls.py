"""Handshakes at the edge, and the hop to the origin."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest

from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend import CustomDomain, Ingress
from tests.integration.container_apps.stage import app
from tests.integration.edge.front import ADMIN, API, Front


def test_a_host_one_level_below_the_apex_is_reached_over_strict_tls(front: Front) -> None:
    front.apply()
    response = front.get()
    assert response.status_code == 200
    assert response.json()["headers"]["Host"] == API


def test_a_host_two_levels_below_the_apex_fails_its_handshake(front: Front) -> None:
    front.apply(hosts=(API, ADMIN))
    with pytest.raises(httpx.ConnectError, match=r"(?i)alert|handshake|eof"):
        front.get(host=ADMIN)


def test_a_certificate_pack_covers_a_deeper_host(front: Front) -> None:
    front.apply(hosts=(API, ADMIN), packs=(("ecent.online", ADMIN),))
    assert front.get(host=ADMIN).status_code == 200


def test_total_tls_covers_every_host(front: Front) -> None:
    front.apply(hosts=(API, ADMIN), total_tls=True)
    assert front.get(host=ADMIN).status_code == 200


def test_without_universal_ssl_no_host_is_covered(front: Front) -> None:
    front.apply(universal=False)
    with pytest.raises(httpx.ConnectError):
        front.get()


def test_a_host_that_is_not_proxied_is_not_answered_for(front: Front) -> None:
    front.apply()
    assert front.get(host="other.ecent.online").status_code == 409


def test_http_2_is_spoken(front: Front) -> None:
    front.apply()
    context = ssl.create_default_context(cafile=front.stage.ca.ca_file)
    context.set_alpn_protocols(["h2", "http/1.1"])
    import socket  # noqa: PLC0415

    with (
        socket.create_connection(("127.0.0.1", front.edge.tls_port)) as plain,
        context.wrap_socket(plain, server_hostname=API) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"


@pytest.mark.parametrize(
    ("settings", "client", "works"),
    [
        ({"min_tls": "1.3"}, {"maximum_version": ssl.TLSVersion.TLSv1_2}, False),
        ({"min_tls": "1.2"}, {"maximum_version": ssl.TLSVersion.TLSv1_2}, True),
        ({"tls_1_3": False}, {"minimum_version": ssl.TLSVersion.TLSv1_3}, False),
        ({"tls_1_3": True}, {"minimum_version": ssl.TLSVersion.TLSv1_3}, True),
    ],
)
def test_tls_versions_are_those_of_the_zone(front: Front, settings: dict, client: dict, works: bool) -> None:
    front.apply(**settings)
    if works:
        assert front.get(tls=client).status_code == 200
        return
    with pytest.raises(httpx.ConnectError):
        front.get(tls=client)


def test_strict_refuses_an_origin_whose_authority_it_does_not_trust(front: Front, directory: Path) -> None:
    stranger = LocalCA(directory / "stranger")
    host = "stranger.ecent.online"
    front.bind(host, front.origin_certificate(host, stranger))
    domains = (CustomDomain(name=host, certificate_id=host),)
    front.stage.platform.put_app(app(name="ca-stranger", ingress=Ingress(target_port=8080, custom_domains=domains)))
    front.apply(hosts=(host,), ssl="strict")
    assert front.get(host=host).status_code == 526
    front.apply(hosts=(host,), ssl="full")
    assert front.get(host=host).status_code == 200


def test_an_origin_that_does_not_know_the_host_fails_its_handshake(front: Front) -> None:
    front.apply(hosts=("unbound.ecent.online",))
    assert front.get(host="unbound.ecent.online").status_code == 525


def test_an_origin_that_is_down_is_said_to_be(front: Front) -> None:
    from local_cloud.runtime.network.ports import free_port  # noqa: PLC0415
    from local_cloud.services.edge.backend import EdgeState, Host, Origin, Zone  # noqa: PLC0415

    nowhere = Origin(tls=f"127.0.0.1:{free_port()}", http=f"127.0.0.1:{free_port()}")
    front.edge.apply(EdgeState(zones=(Zone(name="ecent.online", hosts=(Host(name=API, origin=nowhere),)),)))
    assert front.get().status_code == 521


def test_flexible_goes_on_without_tls(front: Front) -> None:
    front.apply(ssl="flexible")
    response = front.get()
    # The app takes no plain http, so this is the redirect without end for which flexible is known.
    assert (response.status_code, response.headers["location"]) == (301, f"https://{API}/")


def test_off_leads_visitors_to_plain_http(front: Front) -> None:
    front.apply(ssl="off")
    assert front.get("/x?y=1").headers["location"] == f"http://{API}/x?y=1"


def test_the_origin_admits_the_edge_only(front: Front) -> None:
    front.apply()
    assert front.get().status_code == 200
    assert front.stage.get(front.stage.platform.app("ca-api").fqdn).status_code == 403


def test_a_local_alias_has_a_certificate_and_the_origin_sees_the_real_name(front: Front) -> None:
    front.apply()
    response = front.get(host=f"api.localhost:{front.edge.tls_port}")
    assert response.json()["headers"]["Host"] == API


def test_certificates_are_listed_with_their_expiry(front: Front) -> None:
    front.apply(hosts=(API, ADMIN), packs=(("ecent.online", ADMIN),))
    assert {(each.kind, each.names) for each in front.edge.certificates} >= {
        ("pack", ("ecent.online", ADMIN)),
        ("universal", ("ecent.online", "*.ecent.online")),
    }
