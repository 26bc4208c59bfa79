"""
Zones, their records, and what the answer to a question is.

How questions and answers look on the wire is `wire`'s.
"""

from __future__ import annotations

import ipaddress
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from local_cloud.runtime.errors import BackendError, CloudRefusal

# What Cloudflare answers for a record with the TTL 1, `automatic`, and for every proxied one.
# https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/
AUTOMATIC_TTL_S: Final = 300
TYPES: Final = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT")
_ADDRESSES: Final = frozenset({"A", "AAAA"})
_MOST_ALIASES: Final = 16
_CAA: Final = re.compile(r'\s*(\d{1,3})\s+([a-z0-9]+)\s+(?:"([^"]*)"|(\S*))\s*', re.IGNORECASE)
_SRV: Final = re.compile(r"\s*(\d{1,5})\s+(\d{1,5})\s+(\S+)\s*")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')

Outcome = Literal["answered", "no-data", "no-name", "not-ours"]


@dataclass(frozen=True, kw_only=True)
class Record:
    """
    One record, as Cloudflare has it.

    Attributes:
        name: the full name; `*.` in front makes a wildcard.
        type: one of `TYPES`.
        content: as Cloudflare writes it: an address, a host name, text (quoted or not), `0 issue "pki.goog"` for CAA,
            `10 5060 sip.example.org` (weight, port, target) for SRV.
        ttl: in seconds; 1 is automatic.
        priority: of MX and SRV records.
        proxied: answered with the edge's address instead of the content.
    """

    name: str
    type: str
    content: str
    ttl: int = 1
    priority: int = 0
    proxied: bool = False

    @property
    def ttl_s(self) -> int:
        """How long a resolver may keep it."""
        return AUTOMATIC_TTL_S if self.proxied or self.ttl == 1 else self.ttl

    @property
    def text(self) -> str:
        """The content; without quotes for a TXT record."""
        return "".join(text_parts(self.content)) if self.type == "TXT" else self.content


@dataclass(frozen=True)
class Answer:
    """
    What is known about a question.

    Attributes:
        zone: the zone of the question's name, or of the last alias; its SOA goes with a negative answer.
    """

    outcome: Outcome
    records: tuple[Record, ...] = ()
    zone: str | None = None


@dataclass(frozen=True)
class _Contents:
    """Everything at one moment; replaced as a whole, so that answers need no lock."""

    zones: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    records: dict[str, Record] = field(default_factory=dict[str, Record])
    by_name: dict[str, tuple[Record, ...]] = field(default_factory=dict[str, tuple[Record, ...]])
    names: frozenset[str] = frozenset()


class Zones:
    """
    All zones; safe to use from any thread.

    Args:
        edge_address: the IPv4 address that proxied records answer with.
    """

    def __init__(self, *, edge_address: str = "127.0.0.1") -> None:
        self._edge_address = edge_address
        self._lock = threading.Lock()
        self._now = _Contents()
        self.serial = 1

    def add_zone(self, name: str, name_servers: Sequence[str] = ("ns.localhost",)) -> None:
        """Be authoritative for a zone from now on; adding it again sets its name servers."""
        with self._lock:
            self._replace(zones={**self._now.zones, _normal(name): tuple(_normal(each) for each in name_servers)})

    def zones(self) -> dict[str, tuple[str, ...]]:
        """Name servers by zone."""
        return dict(self._now.zones)

    def set_record(self, record_id: str, record: Record) -> None:
        """
        Add a record, or replace the one with this id.

        Raises:
            BackendError: no zone holds the name, or the type is not answered for.
            CloudRefusal: Cloudflare would not have it beside the records that are there (81053, 81058).
        """
        record = replace(record, name=_normal(record.name), type=record.type.upper())
        if record.type not in TYPES:
            raise BackendError(
                f"record {record.name} has the type {record.type}, which the local name server cannot answer for: "
                f"use one of {', '.join(TYPES)}"
            )
        _check_content(record)
        with self._lock:
            if _zone_of(record.name, self._now.zones) is None:
                held = ", ".join(sorted(self._now.zones)) or "none"
                raise BackendError(f"no zone holds {record.name} (zones: {held}): add its zone first")
            others = [each for key, each in self._now.records.items() if key != record_id and each.name == record.name]
            _refuse_clashes(record, others)
            self._replace(records={**self._now.records, record_id: record})

    def remove_record(self, record_id: str) -> None:
        """Remove a record; an unknown id is not an error."""
        with self._lock:
            self._replace(records={key: each for key, each in self._now.records.items() if key != record_id})

    def records(self) -> dict[str, Record]:
        """All records by id."""
        return dict(self._now.records)

    def lookup(self, name: str, kind: str) -> tuple[str, ...]:
        """What a resolver would find: the contents, text without its quotes; nothing is the empty tuple."""
        return tuple(each.text for each in self.answer(name, kind).records if each.type == kind.upper())

    def answer(self, name: str, kind: str) -> Answer:
        """The answer to a question; aliases are followed as long as they stay in zones of ours."""
        now = self._now
        name, kind = _normal(name), kind.upper()
        found: list[Record] = []
        zone = _zone_of(name, now.zones)
        if zone is None:
            return Answer("not-ours")
        for _ in range(_MOST_ALIASES):
            here = self._at(now, name, zone)
            matching = [each for each in here if kind in {each.type, "ANY"}]
            alias = next((each for each in here if each.type == "CNAME"), None)
            if matching or alias is None:
                found += matching
                outcome: Outcome = "answered" if found else ("no-data" if name in now.names or here else "no-name")
                if found and not matching and not here and name not in now.names:
                    outcome = "no-name"  # RFC 2308, 2.1: the code is that of the last name of a chain
                return Answer(outcome, tuple(found), zone if not matching else None)
            found.append(alias)
            name = _normal(alias.content)
            next_zone = _zone_of(name, now.zones)
            if next_zone is None:
                break
            zone = next_zone
        return Answer("answered", tuple(found))

    def _at(self, now: _Contents, name: str, zone: str) -> list[Record]:
        """The records that a name has towards resolvers: proxied ones as the edge's address, aliases at the apex flattened."""
        stored = now.by_name.get(name) or tuple(self._from_wildcard(now, name, zone))
        if any(each.proxied for each in stored):
            # Cloudflare never shows what is behind a proxied name.
            edge = Record(name=name, type="A", content=self._edge_address)
            return [edge, *(each for each in stored if each.type not in {*_ADDRESSES, "CNAME"})]
        if name != zone:
            return list(stored)
        flattened = [shown for each in stored for shown in (self._flattened(each) if each.type == "CNAME" else (each,))]
        servers = [Record(name=zone, type="NS", content=each, ttl=86400) for each in now.zones[zone]]
        return [*flattened, *servers]

    def _flattened(self, alias: Record) -> Iterator[Record]:
        # https://developers.cloudflare.com/dns/cname-flattening/: a zone's apex cannot be an alias.
        if _normal(alias.content) != alias.name:
            for kind in sorted(_ADDRESSES):
                for address in self.lookup(alias.content, kind):
                    yield Record(name=alias.name, type=kind, content=address, ttl=alias.ttl)

    @staticmethod
    def _from_wildcard(now: _Contents, name: str, zone: str) -> Iterator[Record]:
        """RFC 4592: the wildcard below the closest name that exists."""
        parent = name
        while name not in now.names and parent != zone:
            parent = parent.partition(".")[2]
            if f"*.{parent}" in now.by_name:
                yield from (replace(each, name=name) for each in now.by_name[f"*.{parent}"])
                return
            if parent in now.names:
                return

    def _replace(
        self, *, zones: dict[str, tuple[str, ...]] | None = None, records: dict[str, Record] | None = None
    ) -> None:
        zones = self._now.zones if zones is None else zones
        records = self._now.records if records is None else records
        by_name: dict[str, tuple[Record, ...]] = {}
        for record in records.values():
            by_name[record.name] = (*by_name.get(record.name, ()), record)
        names = {*zones}
        for name in by_name:
            zone = _zone_of(name, zones)
            while zone is not None and name != zone:
                names.add(name)
                name = name.partition(".")[2]  # noqa: PLW2901  a name's parents exist, without records of their own
        self._now = _Contents(zones, records, by_name, frozenset(names))
        self.serial += 1


def text_parts(content: str) -> list[str]:
    """The strings of a TXT record: Cloudflare quotes each one, and takes unquoted text as well."""
    quoted = _QUOTED.findall(content) if content.startswith('"') else [content]
    return [re.sub(r"\\(.)", r"\1", part) for part in quoted] if content.startswith('"') else quoted


def caa_parts(content: str) -> tuple[int, str, str]:
    """Flags, tag and value of a CAA record, `0 issue "pki.goog"`."""
    found = _CAA.fullmatch(content)
    if found is None:
        raise ValueError('flags, tag and value, such as `0 issue "pki.goog"`')
    return int(found[1]), found[2], found[3] if found[3] is not None else found[4]


def srv_parts(content: str) -> tuple[int, int, str]:
    """Weight, port and target of an SRV record, `10 5060 sip.example.org`."""
    found = _SRV.fullmatch(content)
    if found is None:
        raise ValueError("weight, port and target, such as `10 5060 sip.example.org`")
    return int(found[1]), int(found[2]), found[3]


def _check_content(record: Record) -> None:
    try:
        match record.type:
            case "A":
                ipaddress.IPv4Address(record.content)
            case "AAAA":
                ipaddress.IPv6Address(record.content)
            case "CAA":
                caa_parts(record.content)
            case "SRV":
                srv_parts(record.content)
            case _:
                pass
    except ValueError as error:
        raise BackendError(
            f"the {record.type} record {record.name} has the content {record.content!r}: it must be {error}"
            if record.type in {"CAA", "SRV"}
            else f"the {record.type} record {record.name} has the content {record.content!r}, which is not a valid address for that type"
        ) from None


def _normal(name: str) -> str:
    return name.strip().lower().rstrip(".")


def _zone_of(name: str, zones: dict[str, tuple[str, ...]]) -> str | None:
    """The longest zone that holds a name."""
    while name and name not in zones:
        name = name.partition(".")[2]
    return name or None


def _refuse_clashes(record: Record, others: Sequence[Record]) -> None:
    if any(each.type == record.type and each.text == record.text for each in others):
        raise CloudRefusal("81058", f"An identical record already exists: {record.type} {record.name}.")
    alone = {"CNAME", *_ADDRESSES}
    kinds = {each.type for each in others} & alone
    if (record.type == "CNAME" and kinds) or (record.type in alone and "CNAME" in kinds):
        raise CloudRefusal("81053", f"An A, AAAA, or CNAME record with that host already exists: {record.name}.")
