"""Steps of a Caddy route that depend on neither a zone nor a host: answers, redirects, changes of headers."""

from __future__ import annotations

from typing import Any

from local_cloud.services.edge.backend.expressions import to_cel
from local_cloud.services.edge.backend.state import HeaderChange, HeaderRule

Config = dict[str, Any]


def hop_by_hop() -> list[Config]:
    """
    `Connection` with nothing but an upgrade in it.

    A proxy drops every header that it names (RFC 9110, 7.6.1). Caddy does so in front of the origin, after the edge has added its
    own; a client could name those.
    """
    upgrade = {"header_regexp": {"Connection": {"pattern": "(?i)(^|[,\\s])upgrade([,\\s]|$)"}}}
    kept = {"handler": "headers", "request": {"set": {"Connection": ["Upgrade"]}}}
    dropped = {"handler": "headers", "request": {"delete": ["Connection"]}}
    return [
        {"match": [upgrade], "handle": [kept]},
        {"match": [{"not": [upgrade]}], "handle": [dropped]},
    ]


def redirect(scheme: str, port: int) -> Config:
    """To the same place over the other protocol; whoever named a port here is led to the other one."""

    def to(authority: str) -> Config:
        location = {"Location": [f"{scheme}://{authority}{{http.request.uri}}"]}
        handler = {"handler": "static_response", "status_code": 301, "headers": location}
        return {"terminal": True, "handle": [handler]}

    named = {**to(f"{{http.request.host}}:{port}"), "match": [{"header_regexp": {"Host": {"pattern": ":[0-9]+$"}}}]}
    return {"terminal": True, "handle": [{"handler": "subroute", "routes": [named, to("{http.request.host}")]}]}


def header_changes(rule: HeaderRule, side: str) -> Config:
    """The handler that makes a rule's changes to the headers of the `request` or of the `response`."""
    changes: dict[str, Any] = {"set": {}, "add": {}, "delete": []}
    for change in rule.changes:
        _enter(changes, change)
    content = {key: value for key, value in changes.items() if value}
    return {"handler": "headers", side: {**content, "deferred": True} if side == "response" else content}


def _enter(changes: dict[str, Any], change: HeaderChange) -> None:
    if change.operation == "remove":
        changes["delete"].append(change.name)
    else:
        # A brace would begin a placeholder of Caddy's.
        changes[change.operation][change.name] = [change.value.replace("{", r"\{")]


def when(expression: str, route: Config) -> Config:
    """The route for requests that match a rule expression."""
    return {**route, "match": [{"expression": to_cel(expression)}]}


def answer(status: int, body: str) -> Config:
    """A final answer of the edge itself."""
    handler = {"handler": "static_response", "status_code": status, "body": body}
    return {"terminal": True, "handle": [handler]}
