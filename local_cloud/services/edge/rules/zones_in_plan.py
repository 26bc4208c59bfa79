"""Rules over the plan on zones: one entry point a phase, and hosts that are in the zone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.cloudflare.sketches import OTHER_ZONE, ZONE, Sketched, record, ruleset
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, OneOfAKind, Together
from local_cloud.server.values.shapes import is_list, is_object

RULESET: Final = "cloudflare:index/ruleset:Ruleset"
PACK: Final = "cloudflare:index/certificatePack:CertificatePack"
SETTING: Final = "cloudflare:index/zoneSetting:ZoneSetting"
_RECORD: Final = "cloudflare:index/dnsRecord:DnsRecord"
_APPLICATION: Final = "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication"
_ENGINE: Final = "https://developers.cloudflare.com/ruleset-engine/"
_TLS: Final = "https://developers.cloudflare.com/ssl/edge-certificates/additional-options"


def _entry_point(plan: Plan, one: Planned) -> Hashable | None:
    kind, phase = plan.key(one, "kind"), plan.key(one, "phase")
    owner = plan.key(one, "zoneId"), plan.key(one, "accountId")
    return (owner, kind, phase) if kind in {"zone", "root"} else None


def _is_executed_in_its_phase(plan: Plan, one: Planned, other: Planned) -> bool:
    return plan.known(other, "kind") in {"custom", "managed"} and plan.key(one, "phase") == plan.key(other, "phase")


def _hosts(one: Planned) -> Iterator[str]:
    """The hosts of a zone that a resource names."""
    texts: list[Any] = []
    if one.token == _RECORD:
        texts = [one.inputs.get("name")]
    elif one.token == PACK:
        hosts = one.inputs.get("hosts")
        texts = hosts if is_list(hosts) else []
    elif one.token == _APPLICATION:
        destinations = one.inputs.get("destinations")
        listed = destinations if is_list(destinations) else []
        texts = [each.get("uri") for each in listed if is_object(each) and each.get("type") == "public"]
    for each in texts:
        if isinstance(each, str):
            yield each.partition("/")[0].removeprefix("*.").casefold().rstrip(".")


def _domain(hosts: Iterable[str]) -> list[str] | None:
    """The labels that all hosts end with, the last one first; None for no host."""
    common: list[str] | None = None
    for host in hosts:
        labels = host.split(".")[::-1]
        if common is None:
            common = labels
        else:
            length = next((at for at, (one, two) in enumerate(zip(common, labels, strict=False)) if one != two), None)
            common = common[: min(len(common), len(labels)) if length is None else length]
    return common


def _outside_the_zone(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Whatever shares not even the last two labels with the first host of its zone: no zone holds both."""
    zones: dict[Hashable, tuple[Planned, list[str]]] = {}
    for each in plan.of(_RECORD, PACK, _APPLICATION):
        zone = plan.as_known(each, "zoneId")
        domain = _domain(_hosts(each)) if zone is not None else None
        if domain is None:
            continue
        first, shared = zones.setdefault(zone, (each, domain))
        common = _domain([".".join(shared[::-1]), ".".join(domain[::-1])]) or []
        if len(common) < 2:
            yield each, first
        else:
            zones[zone] = first, common


def _contradicting(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """0-RTT and a lowest version of 1.3 without TLS 1.3."""
    settings: dict[Hashable, dict[str, Planned]] = {}
    for each in plan.of(SETTING):
        zone, name = plan.as_known(each, "zoneId"), each.inputs.get("settingId")
        if zone is not None and isinstance(name, str):
            settings.setdefault(zone, {})[name] = each
    for found in settings.values():
        newest = found.get("tls_1_3")
        if newest is None or newest.inputs.get("value") != "off":
            continue
        for name, value in (("0rtt", "on"), ("min_tls_version", "1.3")):
            other = found.get(name)
            if other is not None and other.inputs.get("value") == value:
                yield other, newest


def _setting(name: str, value: str) -> Sketched:
    return SETTING, {"zoneId": ZONE, "settingId": name, "value": value}


def _pack(*hosts: str) -> Sketched:
    return PACK, {"zoneId": ZONE, "hosts": [*hosts]}


def _executes(phase: str = "http_request_firewall_custom") -> Sketch:
    rule = {"ref": "a", "action": "execute", "expression": "true", "actionParameters": {"id": Ref("other")}}
    return Sketch(
        other=ruleset(phase, kind="custom"),
        entry=ruleset("http_request_firewall_custom", rules=[rule]),
    )


RULESETS_IN_PLAN: Final = (
    OneOfAKind(
        id="edge.second-entry-point",
        of=RULESET,
        path="phase",
        key=_entry_point,
        says="a zone has one entry point for each phase, and an account one root ruleset; a second create is refused",
        remedy="Put the rules of '{this}' into '{other}'",
        source=f"{_ENGINE}about/phases/",
        passes=Sketch(one=ruleset(), two=ruleset("http_request_firewall_custom"), three=ruleset(zoneId=OTHER_ZONE)),
        fails=Sketch(one=ruleset(), two=ruleset(name="second")),
    ),
    Fits(
        id="edge.executes-a-ruleset-of-another-phase",
        of=RULESET,
        path="rules",
        along="rules[].actionParameters.id",
        to=(RULESET,),
        fits=_is_executed_in_its_phase,
        says="a rule executes a custom or managed ruleset of its own phase",
        remedy="Give '{other}' the kind custom and the phase of '{this}'",
        source=f"{_ENGINE}rules-language/actions/",
        passes=_executes(),
        fails=_executes(phase="http_request_firewall_managed"),
    ),
)

HOSTS_IN_PLAN: Final = (
    Together(
        id="edge.host-outside-its-zone",
        of=PACK,
        also=(_RECORD, _APPLICATION),
        path="zoneId",
        test=_outside_the_zone,
        says="records, certificates and applications of a zone are for hosts of its domain",
        remedy="Give '{this}' the zone of its own host; '{other}' is of another domain",
        source="https://developers.cloudflare.com/dns/manage-dns-records/how-to/create-dns-records/",
        passes=Sketch(one=record("A", "192.0.2.1"), pack=_pack("ecent.online", "*.ecent.online")),
        fails=Sketch(one=record("A", "192.0.2.1"), pack=_pack("example.org", "api.example.org")),
    ),
)

SETTINGS_IN_PLAN: Final = (
    Together(
        id="edge.settings-that-contradict",
        of=SETTING,
        path="value",
        test=_contradicting,
        says="0-RTT and a lowest version of 1.3 need TLS 1.3",
        remedy="Set tls_1_3 to on in '{other}', or take '{this}' back",
        source=f"{_TLS}/tls-13/",
        passes=Sketch(one=_setting("tls_1_3", "on"), two=_setting("0rtt", "on")),
        fails=Sketch(one=_setting("tls_1_3", "off"), two=_setting("min_tls_version", "1.3")),
    ),
)
