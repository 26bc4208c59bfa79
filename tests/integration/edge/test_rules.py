"""Settings, rules, rate limits and Access at the edge."""

from __future__ import annotations

import json

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
APPLICATION = AccessApplication(host=API, aud=AUD, team="ecent", name="Admin", emails=("ana@ecent.online",))


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
        "https://ecent.cloudflareaccess.com",
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
    front.apply(access=(AccessApplication(host=API, aud="b" * 64, team="ecent", name="Other", everyone=True),))
    assert front.get("/page", headers={"Cookie": cookie}).status_code == 302


def test_a_person_who_is_no_longer_admitted_is_kept_out_at_once(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    cookie = sign_in(front, "ana@ecent.online").headers["set-cookie"].partition(";")[0]
    front.apply(access=(AccessApplication(host=API, aud=AUD, team="ecent", name="Admin", emails=("bo@ecent.online",)),))
    assert front.get("/page", headers={"Cookie": cookie}).status_code == 302


def test_a_forged_assertion_does_not_reach_the_origin(front: Front) -> None:
    front.apply()
    assert "Cf-Access-Jwt-Assertion" not in front.get(headers={"Cf-Access-Jwt-Assertion": "forged"}).json()["headers"]


def test_a_sign_in_never_leads_to_another_site(front: Front) -> None:
    front.apply(access=(APPLICATION,))
    assert sign_in(front, "ana@ecent.online", target="//example.org/").headers["location"] == "/"


def test_access_guards_only_its_path(front: Front) -> None:
    front.apply(
        access=(AccessApplication(host=API, path="/admin", aud=AUD, team="ecent", name="Admin", everyone=True),)
    )
    assert front.get("/public").status_code == 200
    assert front.get("/admin/users").status_code == 302


def sign_in(front: Front, email: str, target: str = "/page") -> httpx.Response:
    return front.get(f"/cdn-cgi/access/login?redirect_url={target}", method="POST", data={"email": email})


def verified(front: Front, token: str) -> dict:
    """As a backend verifies it, with the keys that are published."""
    with httpx.Client(trust_env=False) as client:
        keys = client.get(front.edge.access_keys_url).json()
    key = jwt.PyJWKSet.from_json(json.dumps(keys)).keys[0]
    return jwt.decode(token, key.key, algorithms=["RS256"], audience=AUD)
