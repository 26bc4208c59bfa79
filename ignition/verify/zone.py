"""DNS as the world sees it: records of the hosts, who may issue certificates, and DNSSEC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from ignition.verify.deployment import APPS, Deployment
from ignition.verify.result import Result, Subject

_ZONE: Final = "zone"
_BLOCKERS: Final = {"api": "LATER-009", "admin": "LATER-010"}
_TIMEOUT_S: Final = 5.0
_DS_LABELS: Final = 4


def zone(deployment: Deployment) -> Iterator[Result]:
    """Everything about DNS."""
    for app in APPS:
        yield _record(deployment, app)
    yield _authorities(deployment)
    yield _dnssec(deployment)


def zone_name(deployment: Deployment) -> str:
    """The zone: the owner of the DS record, else the last two labels of the api's host."""
    record = deployment.outputs.get("ds_record")
    if record:
        return str(record).split(maxsplit=1)[0].rstrip(".")
    return ".".join(deployment.host("api").split(".")[-2:])


def _record(deployment: Deployment, app: str) -> Result:
    host = deployment.host(app)
    subject = Subject(_BLOCKERS[app], f"{host} resolves")
    try:
        found = [*_ask(deployment, host, "A")[0], *_ask(deployment, host, "AAAA")[0]]
    except (dns.exception.DNSException, OSError) as error:
        return subject.failed(f"no answer ({error})", "check the zone's name servers at the registrar")
    if not found:
        return subject.failed("no address", "deploy the stack; its record belongs to it")
    return subject.passed(", ".join(found))


def _authorities(deployment: Deployment) -> Result:
    name = zone_name(deployment)
    subject = Subject("LATER-011", f"CAA of {name}")
    try:
        found, _ = _ask(deployment, name, "CAA")
    except (dns.exception.DNSException, OSError) as error:
        return subject.failed(f"no answer ({error})", "check the zone's name servers at the registrar")
    allowed = sorted(text.split('"')[1] for text in found if text.split()[1] == "issue")
    if not allowed:
        return subject.failed(
            "none: every authority may issue", "set `ignition:zone.certificate_authorities`; deploy the owner"
        )
    return subject.passed(f"only {', '.join(allowed)} may issue")


def _dnssec(deployment: Deployment) -> Result:
    expected = deployment.outputs.get("ds_record")
    name = zone_name(deployment)
    subject = Subject(_ZONE, f"DNSSEC of {name}")
    if not expected:
        return subject.not_asked(
            "this stack does not own the zone, or DNSSEC is off", "verify the stack that owns the zone"
        )
    if deployment.local is not None:
        return subject.not_asked(
            "the local name server signs nothing", "on a cloud, the DS record goes to the registrar"
        )
    try:
        found, authentic = _ask(deployment, name, "DS")
    except (dns.exception.DNSException, OSError) as error:
        return subject.failed(f"no answer ({error})", "check the registrar")
    wanted = _ds(str(expected).split()[-_DS_LABELS:])
    if not found:
        return subject.failed("no DS record at the registry", f"enter it at the registrar: {expected}")
    if wanted not in {_ds(text.split()) for text in found}:
        return subject.failed(f"another DS record: {'; '.join(found)}", f"enter this one at the registrar: {expected}")
    if not authentic:
        return subject.not_asked(
            "the DS record is there; your resolver does not validate", "ask a validating one: `dig +dnssec @1.1.1.1`"
        )
    return subject.passed("the DS record is the zone's, and the answer validates")


def _ds(words: Sequence[str]) -> str:
    """Key tag, algorithm, digest type and digest, for comparison; the digest may be split by spaces."""
    return " ".join([*words[:3], "".join(words[3:]).lower()])


def _ask(deployment: Deployment, name: str, kind: str) -> tuple[list[str], bool]:
    """
    The answer's records of that type, and whether the resolver says that it validated them.

    Raises:
        DNSException: no answer, or an error.
    """
    query = dns.message.make_query(dns.name.from_text(name), kind, want_dnssec=True)
    host, port = _server(deployment)
    answer, _ = dns.query.udp_with_fallback(query, host, port=port, timeout=_TIMEOUT_S)
    if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        raise dns.exception.DNSException(f"the name server answers {dns.rcode.to_text(answer.rcode())}")
    found = (lines for lines in answer.answer if lines.rdtype == dns.rdatatype.from_text(kind))
    records = [line.split(maxsplit=4)[4] for lines in found for line in lines.to_text().splitlines()]
    return sorted(records), bool(answer.flags & dns.flags.AD)


def _server(deployment: Deployment) -> tuple[str, int]:
    if deployment.local is not None:
        return deployment.local.address("dns")
    servers = dns.resolver.get_default_resolver().nameservers
    if not servers:
        raise dns.exception.DNSException("this machine has no resolver")
    return str(servers[0]), 53
