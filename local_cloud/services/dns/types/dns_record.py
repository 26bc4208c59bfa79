"""DNS records."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from local_cloud.packages.cloudflare.base import API, EXAMPLE_ZONE, ZONE_ID, EdgeType, is_host
from local_cloud.packages.cloudflare.lookups import cloudflare, quoted
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.rules import Combination, Range, Valid, part
from local_cloud.services.dns.backend import Record, Zones
from local_cloud.services.dns.rules.contents import CONTENT_RULES
from local_cloud.services.dns.rules.records_in_plan import RECORDS_IN_PLAN

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_RECORDS = "https://developers.cloudflare.com/dns/manage-dns-records/reference/"
_CREATE = f"{API}/resources/dns/subresources/records/methods/create/"
_STRUCTURED = {"CAA", "CERT", "DNSKEY", "DS", "HTTPS", "LOC", "NAPTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "URI"}


def is_ttl(seconds: float) -> bool:
    """1 means automatic; otherwise 60 seconds to a day (30 on Enterprise)."""
    return seconds == 1 or 60 <= seconds <= 86400


def _address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _content_fits(inputs: Inputs) -> bool:
    content = inputs.get("content")
    kind = str(inputs["type"]).upper()
    if not isinstance(content, str) or not bool(content):
        return content is None
    if kind in {"A", "AAAA"}:
        return _address(content, 4 if kind == "A" else 6)
    return is_host(content.removesuffix(".")) if kind == "CNAME" else True


def _has_one_of_content_and_data(inputs: Inputs) -> bool:
    wanted, other = ("data", "content") if str(inputs["type"]).upper() in _STRUCTURED else ("content", "data")
    return inputs.get(other) is None and inputs.get(wanted) is not None


def _find(inputs: Mapping[str, Any]) -> str:
    data = part(inputs, "data")
    one = f".data.tag == {quoted(data['tag'])} and .data.value == {quoted(data['value'])}" if "tag" in data else ""
    return cloudflare(f"zones/{inputs['zoneId']}/dns_records?type={inputs['type']}&name={inputs['name']}", one)


class DnsRecord(EdgeType):
    """A record of a zone."""

    token = "cloudflare:index/dnsRecord:DnsRecord"
    after_lost_state = Import("{zoneId}/{id}", find=_find, needs=("zoneId", "name", "type"))
    create_only = ("zoneId", "type")
    unseen: ClassVar = {
        "zoneId": "the name is in another zone than the one with the id",
        "content": "the zone has as many records as its plan allows",
    }
    rules = (
        ZONE_ID,
        Valid(
            path="ttl",
            test=is_ttl,
            says="a TTL is 1 (automatic) or 60 to 86400 seconds",
            source=_RECORDS,
            passes=300,
            fails=30,
        ),
        Valid(
            path="name",
            unseen="the zone has a record of that name already, made by hand or by another stack",
            test=is_host,
            says="a record's name is fully qualified: api.ecent.online, not api or @",
            source="https://github.com/cloudflare/terraform-provider-cloudflare/issues/5392",
            passes="api.ecent.online",
            fails="@",
        ),
        Range(
            path="priority",
            least=0,
            most=65535,
            says="a priority lies between 0 and 65535",
            source=_CREATE,
            passes=10,
            fails=70000,
        ),
        Combination(
            path="ttl",
            test=lambda inputs: inputs.get("proxied") is not True or inputs["ttl"] == 1,
            says="a proxied record has the TTL 1 (automatic)",
            source=_RECORDS,
            passes={"proxied": True, "ttl": 1},
            fails={"proxied": True, "ttl": 300},
        ),
        Combination(
            path="proxied",
            test=lambda inputs: (
                inputs.get("proxied") is not True or str(inputs["type"]).upper() in {"A", "AAAA", "CNAME"}
            ),
            says="only A, AAAA and CNAME records can be proxied",
            source=_RECORDS,
            passes={"proxied": True, "ttl": 1},
            fails={"proxied": True, "ttl": 1, "type": "TXT", "content": '"text"'},
        ),
        Combination(
            path="content",
            test=_has_one_of_content_and_data,
            says="CAA, SRV and other structured records have data, the rest content; never both",
            source=_CREATE,
            passes={"content": "app.example.net"},
            fails={"data": {"flags": 0, "tag": "issue", "value": "pki.goog"}},
        ),
        Combination(
            path="content",
            test=_content_fits,
            says="an A record holds an IPv4 address, an AAAA record an IPv6 address, a CNAME a host name",
            source=_CREATE,
            passes={"type": "A", "content": "192.0.2.7"},
            fails={"type": "A", "content": "app.example.net"},
        ),
        *CONTENT_RULES,
    )
    plan_rules = RECORDS_IN_PLAN
    example: ClassVar = {
        "zoneId": EXAMPLE_ZONE,
        "name": "api-dev.ecent.online",
        "type": "CNAME",
        "content": "app.example.net",
        "ttl": 300,
        "proxied": False,
    }

    def defaults(self, inputs: Inputs) -> Inputs:
        """What the provider fills in."""
        return {"proxied": False} if inputs.get("type") in {"A", "AAAA", "CNAME"} else {}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """Answered for by the local name server."""
        self.answer_for(parts.dns.zones, resource)
        return {"proxiable": resource.inputs["type"].upper() in {"A", "AAAA", "CNAME"}}

    @staticmethod
    def answer_for(zones: Zones, resource: Resource) -> None:
        """Puts a record into the local zones."""
        zones.set_record(resource.id, _record(resource.inputs))

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """No longer answered for."""
        parts.dns.zones.remove_record(resource.id)


def _record(inputs: Inputs) -> Record:
    data = part(inputs, "data")
    content = inputs.get("content")
    if content is None and inputs["type"].upper() == "CAA":
        content = f'{int(data.get("flags") or 0)} {data["tag"]} "{data["value"]}"'
    elif content is None:
        content = f"{data.get('weight') or 0} {data.get('port') or 0} {data.get('target') or ''}"
    return Record(
        name=inputs["name"],
        type=inputs["type"].upper(),
        content=str(content),
        ttl=int(inputs["ttl"]),
        priority=int(inputs.get("priority") or data.get("priority") or 0),
        proxied=bool(inputs.get("proxied")),
    )
