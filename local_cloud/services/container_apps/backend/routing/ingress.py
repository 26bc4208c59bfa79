"""
The platform's ingress as a Caddy configuration: host names, certificates, address rules, and the split of traffic.

Pure: what is declared and what is ready come in, a configuration comes out. Whether a domain may be bound was checked before.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from local_cloud.services.container_apps.backend.spec import Ingress, IpRule

# Where the edge comes from, as far as address rules can tell: an address of Cloudflare's (https://www.cloudflare.com/ips-v4/).
EDGE_SOURCE: Final = "173.245.48.10"
# A change of routes must not cut websockets.
_STREAMS_LIVE_NS: Final = 3600 * 10**9
_RETRY_NS: Final = 10**9
GRACE_S: Final = 1.0
"""For how long connections that are open when routes change still go by the old ones."""
_ENVOY_DOWN: Final = "upstream connect error or disconnect/reset before headers. reset reason: connection failure"

Side = Literal["public", "edge", "inside"]
Config = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """
    Where the ingress listens, as Caddy writes addresses.

    The edge and the apps of an environment come through unix sockets that only this account can open: whoever connects there is
    the edge, or inside. On a port every process of the machine could pretend to be.

    Attributes:
        tls, http: HOST:PORT, for everybody.
        edge_tls, edge_http: `unix//PATH`: whoever comes here counts as Cloudflare for address rules, and is believed about who asks.
        inside: `unix//PATH`, http for apps of the same environment; internal apps answer only here.
    """

    tls: str
    http: str
    edge_tls: str
    edge_http: str
    inside: str


@dataclass(frozen=True, kw_only=True)
class RoutedApp:
    """
    An app as the ingress sees it.

    Attributes:
        domain: default domain of its environment.
        weights: share of the traffic by revision.
        upstreams: ports of ready replicas by revision.
        custom_hosts: its bound domains.
    """

    name: str
    domain: str
    ingress: Ingress
    weights: Mapping[str, int]
    upstreams: Mapping[str, Sequence[int]]
    custom_hosts: tuple[str, ...] = ()

    @property
    def fqdn(self) -> str:
        """Its host name in the environment."""
        return fqdn(self.name, self.domain, external=self.ingress.external)


@dataclass(frozen=True)
class HostCertificate:
    """Which certificate a host name is answered with, and a tag that is another one whenever its files change."""

    host: str
    cert_file: Path
    key_file: Path
    tag: str


def fqdn(name: str, domain: str, *, external: bool) -> str:
    """The host name of an app or of one of its revisions."""
    return f"{name}.{domain}" if external else f"{name}.internal.{domain}"


def config(apps: Sequence[RoutedApp], certificates: Sequence[HostCertificate], addresses: Addresses) -> Config:
    """The whole configuration: Caddy's apps `http` and `tls`."""
    outside = [app for app in apps if app.ingress.external]
    tls = {"tls_connection_policies": _policies(certificates)}
    servers: Config = {
        "tls": {**_server(addresses.tls, _routes(outside, "public", secure=True)), **tls},
        "http": _server(addresses.http, _routes(outside, "public", secure=False)),
        "edge-tls": {**_server(addresses.edge_tls, _routes(outside, "edge", secure=True)), **tls},
        "edge-http": _server(addresses.edge_http, _routes(outside, "edge", secure=False)),
        "inside": _server(addresses.inside, _routes(apps, "inside", secure=True)),
    }
    for name in ("edge-tls", "edge-http"):
        servers[name]["trusted_proxies_unix"] = True
    files = {(str(each.cert_file), str(each.key_file), each.tag) for each in certificates}
    loaded = [{"certificate": cert, "key": key, "tags": [tag]} for cert, key, tag in sorted(files)]
    return {
        "http": {"servers": servers, "grace_period": int(GRACE_S * 1e9)},
        "tls": {"certificates": {"load_files": loaded}},
    }


def allows(rules: Sequence[IpRule], address: str) -> bool:
    """Whether address rules let an IPv4 address in: with Allow rules only what they name, with Deny rules all but that."""
    named = any(ipaddress.ip_address(address) in ipaddress.ip_network(rule.ip_address_range, False) for rule in rules)
    return not rules or named == (rules[0].action == "Allow")


def split(weights: Mapping[str, int], upstreams: Mapping[str, Sequence[int]]) -> list[tuple[int, int]]:
    """
    Ports with whole-numbered weights, so that each revision gets its share however many replicas it has.

    Revisions without a ready replica get nothing, and their share goes to the others.
    """
    present = {name: weight for name, weight in weights.items() if weight > 0 and upstreams.get(name)}
    together = math.lcm(*(len(upstreams[name]) for name in present)) if present else 1
    found = [
        (port, weight * together // len(upstreams[name]))
        for name, weight in present.items()
        for port in upstreams[name]
    ]
    common = math.gcd(*(weight for _, weight in found)) if found else 1
    return [(port, weight // common) for port, weight in found]


def _server(address: str, routes: list[Config]) -> Config:
    return {
        "listen": [address],
        "protocols": ["h1", "h2"],
        "automatic_https": {"disable": True},
        "routes": routes,
        "errors": {"routes": [_answer(503, _ENVOY_DOWN)]},
    }


def _policies(certificates: Sequence[HostCertificate]) -> list[Config]:
    """A policy for each host; a host without one fails its handshake, as at the real ingress."""
    return [
        {
            "match": {"sni": [each.host]},
            "certificate_selection": {"any_tag": [each.tag]},
            "protocol_min": "tls1.2",
        }
        for each in sorted(certificates, key=lambda each: each.host.startswith("*"))
    ]


def _routes(apps: Sequence[RoutedApp], side: Side, *, secure: bool) -> list[Config]:
    routes: list[Config] = []
    for app in apps:
        routes.append(_route([app.fqdn, *app.custom_hosts, *_inside(app, side)], app, side, secure, app.weights))
        for revision in app.upstreams:
            host = fqdn(revision, app.domain, external=app.ingress.external)
            routes.append(_route([host], app, side, secure, {revision: 100}))
        for label, revision in _labels(app):
            host = fqdn(f"{app.name}---{label}", app.domain, external=app.ingress.external)
            routes.append(_route([host], app, side, secure, {revision: 100}))
    return [*routes, _answer(404, "Error 404 - This Container App is stopped or does not exist.")]


def _labels(app: RoutedApp) -> list[tuple[str, str]]:
    """Labels and the revisions they stand for; a label of the latest one is found by its weight's name."""
    return [
        (each.label, each.revision_name)
        for each in app.ingress.traffic
        if each.label is not None and each.revision_name is not None
    ]


def _inside(app: RoutedApp, side: Side) -> list[str]:
    """Within an environment an app also answers to its bare name."""
    return [app.name] if side == "inside" else []


def _route(hosts: list[str], app: RoutedApp, side: Side, secure: bool, weights: Mapping[str, int]) -> Config:
    steps: list[Config] = []
    if side == "edge" and not allows(app.ingress.ip_rules, EDGE_SOURCE):
        steps.append(_answer(403, "RBAC: access denied"))
    elif side == "public" and app.ingress.ip_rules:
        steps.append({**_answer(403, "RBAC: access denied"), "match": [_refused(app.ingress.ip_rules)]})
    if not secure and not app.ingress.allow_insecure:
        steps.append(_to_https())
    upstreams = split(weights, app.upstreams)
    steps.append({"handle": [_proxy(upstreams, app.ingress)]} if upstreams else _answer(503, _ENVOY_DOWN))
    return {"match": [{"host": hosts}], "terminal": True, "handle": [{"handler": "subroute", "routes": steps}]}


def _refused(rules: Sequence[IpRule]) -> Config:
    ranges = {"remote_ip": {"ranges": [rule.ip_address_range for rule in rules]}}
    return {"not": [ranges]} if rules[0].action == "Allow" else ranges


def _to_https() -> Config:
    location = {"Location": ["https://{http.request.host}{http.request.uri}"]}
    return {"terminal": True, "handle": [{"handler": "static_response", "status_code": 301, "headers": location}]}


def _proxy(upstreams: list[tuple[int, int]], ingress: Ingress) -> Config:
    if ingress.sticky_sessions:
        policy: Config = {"policy": "cookie", "name": "acaAffinity"}
    elif len({weight for _, weight in upstreams}) > 1:
        policy = {"policy": "weighted_round_robin", "weights": [weight for _, weight in upstreams]}
    else:
        policy = {"policy": "round_robin"}
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"127.0.0.1:{port}"} for port, _ in upstreams],
        "load_balancing": {"selection_policy": policy, "try_duration": _RETRY_NS},
        "flush_interval": -1,
        "stream_close_delay": _STREAMS_LIVE_NS,
        "transport": {"protocol": "http", "versions": ["h2c", "2"] if ingress.http2 else ["1.1"]},
    }


def _answer(status: int, body: str) -> Config:
    handler = {"handler": "static_response", "status_code": status, "body": body}
    return {"terminal": True, "handle": [handler]}
