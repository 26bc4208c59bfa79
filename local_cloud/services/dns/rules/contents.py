"""What records ask of their content and data, type by type."""

from __future__ import annotations

from typing import Any, Final

from local_cloud.packages.cloudflare.base import API
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Rule, part

_CREATE: Final = f"{API}/resources/dns/subresources/records/methods/create/"
_TYPES: Final = "https://developers.cloudflare.com/dns/manage-dns-records/reference/dns-record-types/"
_CAA_TAGS: Final = ("issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone")
_NEEDED: Final = {
    "CAA": ("flags", "tag", "value"),
    "DS": ("keyTag", "algorithm", "digestType", "digest"),
    "HTTPS": ("priority", "target"),
    "SRV": ("priority", "weight", "port", "target"),
    "SSHFP": ("algorithm", "type", "fingerprint"),
    "SVCB": ("priority", "target"),
    "TLSA": ("usage", "selector", "matchingType", "certificate"),
    "URI": ("weight", "target"),
}
_NUMBERS: Final = {
    "port": 65535,
    "priority": 65535,
    "weight": 65535,
    "keyTag": 65535,
    "usage": 3,
    "selector": 1,
    "matchingType": 2,
}


def _kind(inputs: Inputs) -> str:
    return str(inputs["type"]).upper()


def _is_whole(inputs: Inputs) -> bool:
    data = part(inputs, "data")
    return not data or all(data.get(each) is not None for each in _NEEDED.get(_kind(inputs), ()))


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) or str(value).isdecimal() else None


def _lies_within_bounds(inputs: Inputs) -> bool:
    data = part(inputs, "data")
    given = {name: _number(data.get(name)) for name in _NUMBERS if data.get(name) is not None}
    return all(value is not None and 0 <= value <= _NUMBERS[name] for name, value in given.items())


def _has_a_flag_and_a_tag(inputs: Inputs) -> bool:
    data = part(inputs, "data")
    if _kind(inputs) != "CAA" or not data:
        return True
    flags = _number(data.get("flags"))
    return flags is not None and 0 <= flags <= 255 and str(data.get("tag")).lower() in _CAA_TAGS


def _authority_fits(inputs: Inputs) -> bool:
    data = part(inputs, "data")
    tag, value = str(data.get("tag")).lower(), str(data.get("value"))
    if _kind(inputs) != "CAA" or not data:
        return True
    if tag == "iodef":
        return value.startswith(("mailto:", "http://", "https://"))
    return not tag.startswith("issue") or "://" not in value


def _leads_to_another(inputs: Inputs) -> bool:
    content = str(inputs.get("content")).rstrip(".").lower()
    return _kind(inputs) != "CNAME" or content != str(inputs["name"]).rstrip(".").lower()


def _mail_has_its_priority(inputs: Inputs) -> bool:
    return _kind(inputs) != "MX" or inputs.get("priority") is not None


def _is_short_enough(inputs: Inputs) -> bool:
    return _kind(inputs) != "TXT" or len(str(inputs.get("content") or "").encode()) <= 2048


def _of(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "content": None, "data": data}


CONTENT_RULES: Final[tuple[Rule, ...]] = (
    Combination(
        path="data",
        test=_is_whole,
        says="; ".join(f"{kind} has {', '.join(names)}" for kind, names in _NEEDED.items()),
        source=_CREATE,
        passes=_of("SRV", priority=10, weight=5, port=5060, target="sip.ecent.online"),
        fails=_of("SRV", port=5060, target="sip.ecent.online"),
    ),
    Combination(
        path="data",
        test=_lies_within_bounds,
        says="ports, priorities and weights are 0 to 65535; a TLSA record's usage is 0 to 3, its selector 0 or 1, its matchingType 0 to 2",
        source=_TYPES,
        passes=_of("SRV", priority=10, weight=5, port=65535, target="sip.ecent.online"),
        fails=_of("SRV", priority=10, weight=5, port=70000, target="sip.ecent.online"),
    ),
    Combination(
        path="data",
        test=_has_a_flag_and_a_tag,
        says=f"a CAA record has flags from 0 to 255 and one of the tags {', '.join(_CAA_TAGS)}",
        source="https://developers.cloudflare.com/ssl/edge-certificates/caa-records/",
        passes=_of("CAA", flags=0, tag="issue", value="pki.goog"),
        fails=_of("CAA", flags=0, tag="issuer", value="pki.goog"),
    ),
    Combination(
        path="data",
        test=_authority_fits,
        says="issue and issuewild name an authority's domain, iodef an address with mailto: or https:",
        source="https://www.rfc-editor.org/rfc/rfc8659#section-4",
        passes=_of("CAA", flags=0, tag="iodef", value="mailto:security@ecent.online"),
        fails=_of("CAA", flags=0, tag="iodef", value="security@ecent.online"),
    ),
    Combination(
        path="content",
        test=_leads_to_another,
        says="a CNAME leads to another name than its own",
        source=_TYPES,
        passes={"content": "app.example.net"},
        fails={"content": "API-dev.ecent.online"},
    ),
    Combination(
        path="priority",
        test=_mail_has_its_priority,
        says="an MX record has a priority",
        source=_CREATE,
        passes={"type": "MX", "content": "mx.example.net", "priority": 10},
        fails={"type": "MX", "content": "mx.example.net"},
    ),
    Combination(
        path="content",
        test=_is_short_enough,
        says="a TXT record holds at most 2048 bytes",
        source=_TYPES,
        passes={"type": "TXT", "content": '"v=spf1 -all"'},
        fails={"type": "TXT", "content": f'"{"t" * 2048}"'},
    ),
)
