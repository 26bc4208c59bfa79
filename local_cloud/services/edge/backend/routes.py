"""
The edge as a Caddy configuration: handshakes, redirects, rules, and the hop to the origin.

Pure: the state and the certificates come in, a configuration comes out. Steps of a request are in Cloudflare's order:
https://developers.cloudflare.com/ruleset-engine/reference/phases-list/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from local_cloud.services.edge.backend import guard
from local_cloud.services.edge.backend.expressions import RULE_PATH, RULE_URI
from local_cloud.services.edge.backend.normalization import NOT_NORMAL
from local_cloud.services.edge.backend.state import (
    AccessApplication,
    EdgeState,
    Host,
    Origin,
    SslMode,
    Zone,
)
from local_cloud.services.edge.backend.steps import Config, answer, header_changes, hop_by_hop, redirect, when

_SECOND_NS: Final = 10**9
_AUTHORITY: Final = "authority"
# A change of rules must not cut websockets.
_STREAMS_LIVE_NS: Final = 3600 * _SECOND_NS
# The edge's own errors, by what Caddy says: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/
_ERRORS: Final = (
    (526, "Invalid SSL certificate", ("x509:", "certificate")),
    (525, "SSL handshake failed", ("tls:", "handshake", "first record does not look like a TLS handshake")),
    (521, "Web server is down", ("connection refused", "no such file or directory")),
    (522, "Connection timed out", ("i/o timeout", "deadline exceeded")),
)


@dataclass(frozen=True, kw_only=True)
class HostFiles:
    """
    The certificate of one host, or of a wildcard.

    Attributes:
        tag: another one whenever the files change.
    """

    host: str
    cert_file: Path
    key_file: Path
    tag: str


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where the edge listens."""

    tls: int
    http: int


@dataclass(frozen=True, kw_only=True)
class Surface:
    """
    What the routes need besides the state.

    Attributes:
        guard: where the guard listens, `unix//PATH`.
        certificates: by zone.
        trusted: files of the authorities that the edge accepts at origins.
    """

    ports: Ports
    guard: str
    certificates: Mapping[str, Sequence[HostFiles]]
    trusted: Sequence[Path]


def config(state: EdgeState, surface: Surface) -> Config:
    """The whole configuration: Caddy's apps `http` and `tls`."""
    files = {
        (str(each.cert_file), str(each.key_file), each.tag)
        for listed in surface.certificates.values()
        for each in listed
    }
    loaded = [{"certificate": cert, "key": key, "tags": [tag]} for cert, key, tag in sorted(files)]
    policies = [
        _policy(zone, each)
        for zone in state.zones
        for each in sorted(surface.certificates.get(zone.name, ()), key=lambda each: each.host.startswith("*"))
    ]
    servers: Config = {
        "https": {
            **_server(surface.ports.tls, _routes(state, surface, secure=True)),
            "tls_connection_policies": policies,
            "strict_sni_host": True,
        },
        "http": _server(surface.ports.http, _routes(state, surface, secure=False)),
    }
    if not policies:
        del servers["https"]  # without any certificate nobody is answered
    return {"http": {"servers": servers, "grace_period": _SECOND_NS}, "tls": {"certificates": {"load_files": loaded}}}


def rate_id(zone: Zone, rule_id: str) -> str:
    """How the guard knows a zone's rate limit."""
    return f"{zone.name}-{rule_id}"


def _server(port: int, routes: list[Config]) -> Config:
    return {
        "listen": [f"127.0.0.1:{port}"],
        "protocols": ["h1", "h2"],
        "automatic_https": {"disable": True},
        "routes": routes,
        "errors": {"routes": _error_routes()},
    }


def _policy(zone: Zone, files: HostFiles) -> Config:
    policy: Config = {
        "match": {"sni": [files.host]},
        "certificate_selection": {"any_tag": [files.tag]},
        "protocol_min": "tls1.3" if zone.min_tls == "1.3" else "tls1.2",
    }
    if not zone.tls_1_3 and zone.min_tls != "1.3":
        policy["protocol_max"] = "tls1.2"
    return policy


def _routes(state: EdgeState, surface: Surface, *, secure: bool) -> list[Config]:
    routes = [_host_route(zone, host, surface, secure=secure) for zone in state.zones for host in zone.hosts]
    return [*routes, answer(409, "error code: 1001")]


def _host_route(zone: Zone, host: Host, surface: Surface, *, secure: bool) -> Config:
    steps: list[Config] = [*_seen(zone, surface), *hop_by_hop(), _marks()]
    if secure:
        steps.append(_security_headers(zone))
        if zone.ssl == "off":
            steps.append(redirect("http", surface.ports.http))
    elif zone.always_use_https and zone.ssl != "off":
        steps.append(redirect("https", surface.ports.tls))
    if host.aliases:
        steps.append(_as_named(host))
    steps += [when(each.expression, answer(403, "error code: 1020")) for each in zone.blocks]
    steps += [
        when(each.expression, {"handle": [_ask(f"/check/rate/{quote(rate_id(zone, each.id), safe='')}", surface)]})
        for each in zone.rate_limits
    ]
    for application in zone.access:
        if application.host == host.name:
            steps += _access(application, surface)
    steps += [when(each.expression, {"handle": [header_changes(each, "request")]}) for each in zone.request_headers]
    steps += [when(each.expression, {"handle": [header_changes(each, "response")]}) for each in zone.response_headers]
    steps += _to_origin(zone, host, surface, secure=secure)
    return {
        "match": [{"host": [host.name, *host.aliases]}],
        "terminal": True,
        "handle": [{"handler": "subroute", "routes": steps}],
    }


def _seen(zone: Zone, surface: Surface) -> list[Config]:
    """What rules see of the URL, in variables; the request itself keeps the URL that the client sent."""
    plain = {
        "handler": "vars",
        RULE_PATH: "{http.request.uri.path}",
        RULE_URI: "{http.request.uri}",
        _AUTHORITY: "{http.request.hostport}",
    }
    path, uri = (f"{{http.reverse_proxy.header.{name}}}" for name in (guard.PATH, guard.NORMAL_URI))
    asked = _ask(f"/check/url/{zone.normalization}", surface, then={"handler": "vars", RULE_PATH: path, RULE_URI: uri})
    return [
        {"handle": [plain]},
        {"match": [{"vars_regexp": {"{http.request.orig_uri}": {"pattern": NOT_NORMAL}}}], "handle": [asked]},
    ]


def _marks() -> Config:
    """What the edge adds for everybody to see, and takes away so that nobody can pretend to be it."""
    request = {
        "set": {
            "CF-Connecting-IP": ["{http.request.remote.host}"],
            "CF-Ray": ["{http.request.uuid}"],
            "CF-Visitor": ['{"scheme":"{http.request.scheme}"}'],
            "CF-IPCountry": ["XX"],
            "CDN-Loop": ["cloudflare; loops=1"],
        },
        "delete": ["Cf-Access-Jwt-Assertion", "Cf-Access-Authenticated-User-Email"],
    }
    response = {"set": {"Server": ["cloudflare"], "CF-Ray": ["{http.request.uuid}"]}, "deferred": True}
    return {"handle": [{"handler": "headers", "request": request, "response": response}]}


def _security_headers(zone: Zone) -> Config:
    if zone.hsts is None:
        return {"handle": []}
    value = f"max-age={zone.hsts.max_age_s}"
    value += "; includeSubDomains" if zone.hsts.include_subdomains else ""
    value += "; preload" if zone.hsts.preload else ""
    headers = {"Strict-Transport-Security": [value]}
    if zone.hsts.nosniff:
        headers["X-Content-Type-Options"] = ["nosniff"]
    return {"handle": [{"handler": "headers", "response": {"set": headers, "deferred": True}}]}


def _as_named(host: Host) -> Config:
    handler = {"handler": "headers", "request": {"set": {"Host": [host.name]}}}
    return {"match": [{"host": list(host.aliases)}], "handle": [handler]}


def _access(application: AccessApplication, surface: Surface) -> list[Config]:
    own = {
        "match": [{"path": ["/cdn-cgi/access/*"]}],
        "terminal": True,
        "handle": [
            {
                "handler": "reverse_proxy",
                "upstreams": [{"dial": surface.guard}],
                "headers": {
                    "request": {
                        "set": {
                            guard.APPLICATION: [application.aud],
                            guard.SCHEME: ["{http.request.scheme}"],
                            guard.AUTHORITY: [f"{{http.vars.{_AUTHORITY}}}"],
                        }
                    }
                },
            }
        ],
    }
    if application.bypass:
        return []
    told = {
        "Cf-Access-Jwt-Assertion": [f"{{http.reverse_proxy.header.{guard.TOKEN}}}"],
        "Cf-Access-Authenticated-User-Email": [f"{{http.reverse_proxy.header.{guard.EMAIL}}}"],
    }
    then = {"handler": "headers", "request": {"set": told}}
    check: Config = {"handle": [_ask(f"/check/access/{application.aud}", surface, then=then)]}
    if application.path.strip("/"):
        path = "/" + application.path.strip("/")
        check["match"] = [{"path": [path, f"{path}/*"]}]
    return [own, check]


def _ask(path: str, surface: Surface, then: Config | None = None) -> Config:
    """Ask the guard: its refusal is the answer, otherwise `then` handles what it said and the request goes on."""
    about = {
        guard.CLIENT: ["{http.request.remote.host}"],
        guard.HOST: ["{http.request.host}"],
        guard.URI: ["{http.request.uri}"],
        guard.TARGET: ["{http.request.orig_uri}"],
    }
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": surface.guard}],
        "rewrite": {"method": "GET", "uri": path},
        "headers": {"request": {"set": about, "delete": ["Connection", "Upgrade"]}},
        "handle_response": [
            {
                "match": {"status_code": [2]},
                "routes": [{"handle": [then or {"handler": "vars", "asked": "yes"}]}],
            }
        ],
    }


def _to_origin(zone: Zone, host: Host, surface: Surface, *, secure: bool) -> list[Config]:
    origin = host.origin
    if origin is None:
        return [answer(530, "error code: 1016")]
    way: Callable[[SslMode], Config] = lambda mode: {  # noqa: E731  three words are no function
        "terminal": True,
        "handle": [_proxy(origin, host, mode, surface, secure=secure)],
    }
    return [*(when(each.expression, way(each.ssl)) for each in zone.ssl_rules), way(zone.ssl)]


def _proxy(origin: Origin, host: Host, mode: SslMode, surface: Surface, *, secure: bool) -> Config:
    # Full and strict follow the visitor: plain http goes on as plain http.
    encrypted = mode in {"full", "strict"} and secure
    transport: Config = {"protocol": "http", "dial_timeout": 15 * _SECOND_NS, "versions": ["1.1"]}
    if encrypted:
        transport |= {"versions": ["1.1", "2"], "tls": {"server_name": host.name}}
        if mode == "strict":
            transport["tls"]["ca"] = {"provider": "file", "pem_files": [str(file) for file in surface.trusted]}
        else:
            transport["tls"]["insecure_skip_verify"] = True
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": origin.tls if encrypted else origin.http}],
        "transport": transport,
        # When the origin changes its routes, connections that it has not accepted yet are lost; these are tried again (Caddy
        # repeats any request that could not connect, and a GET that was cut off).
        "load_balancing": {"try_duration": 2 * _SECOND_NS, "try_interval": _SECOND_NS // 20},
        "flush_interval": -1,
        "stream_close_delay": _STREAMS_LIVE_NS,
        # Said expressly, because Caddy puts the upstream's address there when it speaks TLS to it.
        "headers": {"request": {"set": {"Host": [host.name]}}},
    }


def _error_routes() -> list[Config]:
    routes: list[Config] = []
    for status, words, signs in _ERRORS:
        test = " || ".join(f'{{http.error.message}}.contains("{sign}")' for sign in signs)
        routes.append({**answer(status, f"Error {status}: {words}"), "match": [{"expression": f"({test})"}]})
    return [*routes, answer(520, "Error 520: Web server returned an unknown error")]
