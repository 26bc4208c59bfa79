"""Rules over the plan on DNS records: what may stand at one name, and that all names of a zone are in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.cloudflare.sketches import ZONE, Sketched, record
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import OneOfAKind, Together

RECORD: Final = "cloudflare:index/dnsRecord:DnsRecord"
_SAME_NAME: Final = "https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/"
_HOST_OUTPUTS: Final = {"default_domain", "fully_qualified_domain_name", "login_server"}
_HOSTS: Final = {"A", "AAAA", "CNAME"}


def _kind(one: Planned) -> str:
    return str(one.inputs.get("type")).upper()


def _at_one_name(plan: Plan) -> Iterator[list[Planned]]:
    """The records of each name of a zone, where there are several."""
    names: dict[Hashable, list[Planned]] = {}
    for each in plan.of(RECORD):
        zone, name = plan.as_known(each, "zoneId"), each.inputs.get("name")
        if zone is not None and isinstance(name, str):
            names.setdefault((zone, name.casefold().rstrip(".")), []).append(each)
    return (each for each in names.values() if len(each) > 1)


def _beside_an_alias(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for found in _at_one_name(plan):
        hosts = [each for each in found if _kind(each) in _HOSTS]
        alias = next((each for each in hosts if _kind(each) == "CNAME"), None)
        yield from ((each, alias) for each in hosts if alias is not None and each is not alias)


def _beside_a_delegation(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for found in _at_one_name(plan):
        delegation = next((each for each in found if _kind(each) == "NS"), None)
        yield from ((each, delegation) for each in found if delegation is not None and _kind(each) in _HOSTS)


def _through_the_proxy_and_past_it(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for found in _at_one_name(plan):
        hosts = [
            each
            for each in found
            if _kind(each) in {"A", "AAAA"} and isinstance(each.inputs.get("proxied", False), bool)
        ]
        for each in hosts[1:]:
            if bool(each.inputs.get("proxied")) != bool(hosts[0].inputs.get("proxied")):
                yield each, hosts[0]


def _whole(plan: Plan, one: Planned) -> Hashable | None:
    content = one.inputs.get("content")
    value = content if isinstance(content, str) else plan.key(one, "content")
    if value is None:
        return None
    return plan.key(one, "zoneId"), str(plan.key(one, "name")).rstrip("."), _kind(one), value


def _data(plan: Plan, one: Planned) -> Hashable | None:
    data = plan.read(one).get("data")
    if not data:
        return None
    return (
        plan.key(one, "zoneId"),
        plan.key(one, "name"),
        _kind(one),
        tuple(sorted((str(k), str(v)) for k, v in data.items())),
    )


def _of_another_form(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Records whose content is an output of another form than their type asks for: an id, a name, a host or an address."""
    for each in plan.of(RECORD):
        origin = each.origins.get("content")
        other = plan.by_urn.get(origin.resources[0]) if origin is not None and len(origin.resources) == 1 else None
        if origin is None or origin.attribute is None or other is None or other.token not in plan.types:
            continue
        kind = _kind(each)
        wrong = origin.attribute in ({"id", "name"} | ({"static_ip"} if kind == "CNAME" else _HOST_OUTPUTS))
        if wrong and kind in _HOSTS:
            yield each, other


def _to_environment(kind: str, output: str) -> Sketch:
    environment = ("azure-native:app:ManagedEnvironment", {"environmentName": "cae-ignition-dev"})
    return Sketch(environment=environment, one=record(kind, Ref("environment", output)))


def _same(**second: Any) -> Sketch:
    return Sketch(
        one=record("A", "192.0.2.1"),
        two=record(**{"kind": "A", "content": "192.0.2.2", "name": "api.ecent.online", **second}),
    )


def _caa(value: str) -> Sketched:
    return RECORD, {
        "zoneId": ZONE,
        "name": "ecent.online",
        "type": "CAA",
        "data": {"flags": 0, "tag": "issue", "value": value},
    }


RECORDS_IN_PLAN: Final = (
    Together(
        id="dns.beside-an-alias",
        of=RECORD,
        path="name",
        test=_beside_an_alias,
        says="a name with a CNAME record has no A, AAAA or second CNAME record (81053, 81054)",
        remedy="Leave out '{this}' or '{other}'",
        source=_SAME_NAME,
        passes=_same(),
        fails=_same(kind="CNAME", content="app.example.net", name="API.ecent.online"),
    ),
    Together(
        id="dns.beside-a-delegation",
        of=RECORD,
        path="name",
        test=_beside_a_delegation,
        says="a name with NS records has no A, AAAA or CNAME record (81056)",
        remedy="Leave out '{this}' or '{other}'",
        source=_SAME_NAME,
        passes=_same(),
        fails=_same(kind="NS", content="ns.example.net"),
    ),
    Together(
        id="dns.through-the-proxy-and-past-it",
        of=RECORD,
        path="proxied",
        test=_through_the_proxy_and_past_it,
        says="all A and AAAA records of a name are proxied, or none is",
        remedy="Give '{this}' the proxied of '{other}'",
        source="https://developers.cloudflare.com/dns/proxy-status/",
        passes=_same(),
        fails=_same(proxied=True, ttl=1),
    ),
    OneOfAKind(
        id="dns.record-twice",
        of=RECORD,
        path="content",
        key=_whole,
        says="a record is declared once: the same name, type and content again is refused (81058)",
        remedy="Leave out '{this}' or '{other}'",
        source=_SAME_NAME,
        passes=_same(),
        fails=_same(content="192.0.2.1"),
    ),
    OneOfAKind(
        id="dns.structured-record-twice",
        of=RECORD,
        path="data",
        key=_data,
        says="a record is declared once: the same name, type and data again is refused (81058)",
        remedy="Leave out '{this}' or '{other}'",
        source=_SAME_NAME,
        passes=Sketch(one=_caa("pki.goog"), two=_caa("letsencrypt.org")),
        fails=Sketch(one=_caa("pki.goog"), two=_caa("pki.goog")),
    ),
    Together(
        id="dns.content-of-another-form",
        of=RECORD,
        path="content",
        test=_of_another_form,
        says="an A record holds an address (static_ip) and a CNAME a host name (default_domain), neither an id nor a name (9005, 9007)",
        remedy="Pass the output of '{other}' that has the right form",
        source="https://developers.cloudflare.com/dns/manage-dns-records/reference/dns-record-types/",
        passes=_to_environment("A", "static_ip"),
        fails=_to_environment("CNAME", "static_ip"),
    ),
)
