"""Settings, rules, rate limits and Access at the edge."""

from __future__ import annotations

import json
import socket
import ssl
import stat
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from local_cloud.services.edge.backend import (
    AccessApplication,
    BlockRule,
    ExpressionUnknown,
    HeaderChange,
    HeaderRule,
    Hsts,
    RateLimitRule,
    SslRule,
)
from tests.integration.edge.front import API, Front

AUD = "a" * 64
APPLICATION = AccessApplication(host=API, aud=AUD, name="Admin", emails=("ana@ecent.online",))


def test_http_is_redirected_when_the_zone_wants_https(front: Front) -> None:
    front.apply(always_use_https=True)
    response = front.get("/x?y=1", secure=False)
    assert (response.status_code, response.headers["location"]) == (301, f"https://{API}/x?y=1")


def test_whoever_named_the_port_is_redirected_to_the_other_port(front: Front) -> None:
    front.apply(always_use_https=True)
    response = front.get(host=f"{API}:{front.edge.http_port}", secure=False)
    assert response.headers["location"] == f"https://{API}:{front.edge.tls_port}/"


def test_strict_transport_security_is_sent_over_https_only(front: Front) -> None:
    front.apply(hsts=Hsts(max_age_s=31_536_000, include_subdomains=True, nosniff=True))
    secure, plain = front.get(), front.get(secure=False)
    assert secure.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert secure.headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in plain.headers


def test_response_headers_are_changed_where_the_expression_matches(front: Front) -> None:
    changes = (
        HeaderChange(name="X-Frame-Options", value="DENY {x}"),
        HeaderChange(name="Content-Length", operation="remove"),
    )
    rule = HeaderRule(expression=f'http.host eq "{API}" and starts_with(http.request.uri.path, "/a/")', changes=changes)
    front.apply(response_headers=(rule,))
    assert front.get("/a/b").headers["x-frame-options"] == "DENY {x}"
    assert "x-frame-options" not in front.get("/b").headers


def test_a_shared_header_reaches_the_origin_and_cannot_be_forged(front: Front) -> None:
    rule = HeaderRule(expression="true", changes=(HeaderChange(name="X-Origin-Auth", value="s3cret"),))
    front.apply(request_headers=(rule,))
    seen = front.get(headers={"X-Origin-Auth": "forged"}).json()["headers"]
    assert seen["X-Origin-Auth"] == "s3cret"


def test_the_origin_learns_the_address_of_the_client(front: Front) -> None:
    front.apply()
    seen = front.get(headers={"CF-Connecting-IP": "203.0.113.9"}).json()["headers"]
    assert (seen["Cf-Connecting-Ip"], seen["X-Forwarded-Proto"]) == ("127.0.0.1", "https")


@pytest.mark.parametrize("connection", ["CF-Connecting-IP, X-Origin-Auth", "close,cf-connecting-ip,x-origin-auth"])
def test_a_client_cannot_have_the_headers_of_the_edge_dropped(front: Front, connection: str) -> None:
    """A proxy drops what `Connection` names."""
    rule = HeaderRule(expression="true", changes=(HeaderChange(name="X-Origin-Auth", value="s3cret"),))
    front.apply(request_headers=(rule,))
    seen = front.get(headers={"Connection": connection}).json()["headers"]
    assert (seen["Cf-Connecting-Ip"], seen["X-Origin-Auth"]) == ("127.0.0.1", "s3cret")


def test_a_client_cannot_have_the_assertion_of_access_dropped(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    cookie = sign_in(front, "ana@ecent.online").headers["set-cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "Connection": "Cf-Access-Jwt-Assertion"}
    assert "Cf-Access-Jwt-Assertion" in front.get(headers=headers).json()["headers"]


@pytest.mark.parametrize(
    "path",
    ["//auth/x", "/./auth/x", "/x/../auth/x", "/a/%2e%2E/auth/x", "/%61uth/x", "/\\auth\\x", "/x/%2e%2e//%61uth/x"],
)
def test_rules_see_the_path_that_cloudflare_makes_of_it(front: Front, path: str) -> None:
    rule = BlockRule(expression='starts_with(http.request.uri.path, "/auth/")')
    front.apply(normalization="cloudflare", blocks=(rule,))
    assert raw_status(front, path) == 403
    assert raw_status(front, "/x") == 200


def test_the_origin_gets_the_path_as_it_was_sent(front: Front) -> None:
    front.apply(normalization="cloudflare")
    assert raw_status(front, "/x/..//%61uth") == 200
    assert front.get("/%61%2fb?c=%61").json()["path"] == "/%61%2fb?c=%61"


def test_an_encoded_slash_is_none_to_rules(front: Front) -> None:
    """It stays encoded at Cloudflare, so a backend that decodes it sees another path than the rules."""
    front.apply(normalization="cloudflare", blocks=(BlockRule(expression='http.request.uri.path eq "/auth/x"'),))
    assert front.get("/auth%2Fx").status_code == 200


@pytest.mark.parametrize("host", ["API.ECENT.ONLINE", "api.ECENT.online"])
def test_a_host_in_upper_case_meets_the_rules_for_it(front: Front, host: str) -> None:
    front.apply(blocks=(BlockRule(expression=f'lower(http.host) in {{"{API}"}}'),))
    assert front.get(host=API, headers={"Host": host}).status_code == 403


def test_a_host_with_a_dot_at_its_end_is_no_host_of_the_zone(front: Front) -> None:
    front.apply()
    assert (
        front.get(host=API, headers={"Host": f"{API}."}).status_code == 520
    )  # its name is not the one of the handshake
    assert front.get(host=f"{API}.", secure=False).status_code == 409


def test_the_case_of_a_host_makes_no_counter_of_its_own(front: Front) -> None:
    rule = RateLimitRule(id="hosts", expression="true", requests=2, period_s=600, timeout_s=300, by=("http.host",))
    front.apply(rate_limits=(rule,))
    hosts = (API, API.upper(), API.title())
    assert [front.get(host=API, headers={"Host": host}).status_code for host in hosts] == [200, 200, 429]


def test_a_blocked_request_is_refused(front: Front) -> None:
    front.apply(blocks=(BlockRule(expression='http.request.uri.path contains "/.git"'),))
    assert front.get("/.git/config").status_code == 403
    assert front.get("/").status_code == 200


def test_another_ssl_mode_holds_where_its_rule_matches(front: Front) -> None:
    front.apply(ssl_rules=(SslRule(expression='http.request.uri.path eq "/plain"', ssl="flexible"),))
    assert front.get("/plain").status_code == 301
    assert front.get("/").status_code == 200


def test_too_many_requests_are_answered_429_with_the_time_to_wait(front: Front) -> None:
    rule = RateLimitRule(
        id="auth", expression='starts_with(http.request.uri.path, "/auth/")', requests=3, period_s=600, timeout_s=300
    )
    front.apply(rate_limits=(rule,))
    assert [front.get("/auth/login").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = front.get("/auth/other")
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert front.get("/elsewhere").status_code == 200


def test_a_limited_request_keeps_its_method_and_body(front: Front) -> None:
    front.apply(rate_limits=(RateLimitRule(id="all", expression="true", requests=10, period_s=60, timeout_s=60),))
    assert front.get("/auth/login", method="POST", data={"a": "b"}).status_code == 501  # the sample knows GET only


def test_an_unknown_expression_is_refused_and_names_what_is_known(front: Front) -> None:
    front.apply()
    with pytest.raises(ExpressionUnknown, match=r"the field 'cf\.threat_score'"):
        front.apply(blocks=(BlockRule(expression="cf.threat_score gt 10"),))
    assert front.get().status_code == 200


@pytest.mark.parametrize(
    ("expression", "path", "blocked"),
    [
        ('http.host in {"x.ecent.online" "api.ecent.online"}', "/", True),
        ('http.host ne "api.ecent.online"', "/", False),
        ('lower(http.request.uri.path) eq "/a"', "/A", True),
        ('ends_with(http.request.uri.path, ".php")', "/x.php", True),
        ('http.request.uri.query contains "debug"', "/?debug=1", True),
        ('http.request.uri.path matches "^/v[0-9]+/"', "/v12/x", True),
        ('http.request.uri.path matches "^/v[0-9]+/"', "/vx/x", False),
        ('http.request.method eq "GET" and ssl', "/", True),
        ("not ssl or ip.src eq 203.0.113.7", "/", False),
        ("ip.src in {127.0.0.1 203.0.113.7}", "/", True),
        ('http.user_agent contains "python-httpx"', "/", True),
    ],
)
def test_expressions_match_as_they_read(front: Front, expression: str, path: str, blocked: bool) -> None:
    front.apply(blocks=(BlockRule(expression=expression),))
    assert front.get(path).status_code == (403 if blocked else 200)


def test_access_leads_strangers_to_its_sign_in_page(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    response = front.get("/page?x=1")
    assert response.status_code == 302
    page = front.get(response.headers["location"])
    assert page.status_code == 200
    assert "Sign in to Admin" in page.text


def test_access_lets_an_admitted_person_in_with_a_token_for_the_origin(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    signed_in = sign_in(front, "Ana@ecent.online")
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/page")
    cookie = signed_in.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    seen = front.get("/page", headers={"Cookie": cookie.partition(";")[0]}).json()["headers"]
    claims = verified(front, seen["Cf-Access-Jwt-Assertion"])
    assert (claims["email"], claims["aud"], claims["iss"]) == (
        "ana@ecent.online",
        [AUD],
        front.edge.access_team_url,
    )
    assert seen["Cf-Access-Authenticated-User-Email"] == "ana@ecent.online"


def test_access_refuses_everybody_else(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    refused = sign_in(front, "<eve>@example.org")
    assert refused.status_code == 403
    assert "&lt;eve&gt;@example.org does not have access" in refused.text
    assert "set-cookie" not in refused.headers


def test_a_token_of_another_application_is_no_entry(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    cookie = sign_in(front, "ana@ecent.online").headers["set-cookie"].partition(";")[0]
    front.apply(access=(AccessApplication(host=API, aud="b" * 64, name="Other", everyone=True),))
    assert front.get("/page", headers={"Cookie": cookie}).status_code == 302


def test_a_person_who_is_no_longer_admitted_is_kept_out_at_once(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    cookie = sign_in(front, "ana@ecent.online").headers["set-cookie"].partition(";")[0]
    front.apply(access=(AccessApplication(host=API, aud=AUD, name="Admin", emails=("bo@ecent.online",)),))
    assert front.get("/page", headers={"Cookie": cookie}).status_code == 302


def test_a_forged_assertion_does_not_reach_the_origin(front: Front) -> None:
    front.apply()
    assert "Cf-Access-Jwt-Assertion" not in front.get(headers={"Cf-Access-Jwt-Assertion": "forged"}).json()["headers"]


def test_a_sign_in_never_leads_to_another_site(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    assert sign_in(front, "ana@ecent.online", target="//example.org/").headers["location"] == "/"


def test_a_page_of_another_site_cannot_sign_a_browser_in(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    for origin, status in (
        ("https://evil.test", 403),
        (f"https://{API}:1", 403),
        ("null", 403),
        (f"https://{API}", 303),
    ):
        assert sign_in(front, "ana@ecent.online", headers={"Origin": origin}).status_code == status, origin


def test_a_browser_signs_in_by_the_name_that_it_uses(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    alias = f"api.localhost:{front.edge.tls_port}"
    assert sign_in(front, "ana@ecent.online", host=alias, headers={"Origin": f"https://{alias}"}).status_code == 303


def test_nobody_but_the_edge_asks_the_guard(front: Front) -> None:
    """It signs people in by an address, and believes the edge about who asks."""
    socket_file = Path(front.edge._guard_socket)
    assert stat.S_IMODE(socket_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket_file.parent.stat().st_mode) == 0o700


def test_the_team_domain_answers_to_its_own_name_only(front: Front) -> None:
    with front.client() as client:
        url = f"{front.edge.access_team_url}/cdn-cgi/access/certs"
        assert client.get(url).status_code == 200
        assert client.get(url, headers={"Host": "evil.test"}).status_code == 400
        assert client.get(url, headers={"Origin": "https://evil.test"}).status_code == 403


def test_access_guards_only_its_path(front: Front) -> None:
    front.apply(access=(AccessApplication(host=API, path="/admin", aud=AUD, name="Admin", everyone=True),))
    assert front.get("/public").status_code == 200
    assert front.get("/admin/users").status_code == 302


def sign_in(front: Front, email: str, target: str = "/page", **options: Any) -> httpx.Response:
    path = f"/cdn-cgi/access/login?redirect_url={target}"
    return front.get(path, method="POST", data={"email": email}, **options)


def raw_status(front: Front, path: str) -> int:
    """The status of a request for exactly this path: httpx would put it right first."""
    context = ssl.create_default_context(cafile=front.stage.ca.ca_file)
    with (
        socket.create_connection(("127.0.0.1", front.edge.tls_port)) as plain,
        context.wrap_socket(plain, server_hostname=API) as connection,
    ):
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {API}\r\nConnection: close\r\n\r\n".encode())
        return int(connection.makefile("rb").readline().split()[1])


def verified(front: Front, token: str) -> dict:
    """As a backend verifies it, with the keys that the team domain publishes."""
    with front.client() as client:
        keys = client.get(f"{front.edge.access_team_url}/cdn-cgi/access/certs").json()
    key = jwt.PyJWKSet.from_json(json.dumps(keys)).keys[0]
    return jwt.decode(token, key.key, algorithms=["RS256"], audience=AUD)
