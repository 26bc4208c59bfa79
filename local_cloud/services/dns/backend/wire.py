"""
DNS messages: a question's bytes in, an answer's bytes out.

What the answer is comes from `zones`; sockets are `server`'s.
"""

# dnslib has no type information, and this module is the only one that touches it.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Any, Final

import dnslib
from dnslib.label import DNSLabelError

from local_cloud.services.dns.backend.zones import Answer, Record, Zones, caa_parts, srv_parts, text_parts

# What fits everywhere without fragments: https://www.dnsflagday.net/2020/
_LARGEST_UDP: Final = 1232
_SMALLEST_UDP: Final = 512
_CODES: Final = {"answered": 0, "no-data": 0, "no-name": 3, "not-ours": 5}
_UNREADABLE: Final = (dnslib.DNSError, DNSLabelError, ValueError, IndexError)
"""What dnslib raises for messages that are none."""
_FORMAT_ERROR, _NOT_IMPLEMENTED, _REFUSED = 1, 4, 5


def reply(question: bytes, zones: Zones, *, udp: bool) -> bytes | None:
    """The answer to a message, or None for what is not a question at all; whatever the message is, nothing is raised."""
    try:
        request = dnslib.DNSRecord.parse(question)
    except _UNREADABLE:
        return None
    if request.header.qr:
        return None  # an answer: answering it could go on for ever
    try:
        return _packed(request, zones, udp=udp)
    except _UNREADABLE:  # a name that is too long can be read, and not be written into an answer
        header = dnslib.DNSHeader(id=request.header.id, bitmap=0, qr=1, opcode=request.header.opcode)
        return bytes(dnslib.DNSRecord(_coded(header, _FORMAT_ERROR)).pack())


def _packed(request: Any, zones: Zones, *, udp: bool) -> bytes:
    response = _respond(request, zones)
    client_size = _edns_size(request)
    if client_size is not None:
        response.add_ar(dnslib.EDNS0(udp_len=_LARGEST_UDP))
    packed = bytes(response.pack())
    limit = max(_SMALLEST_UDP, min(client_size or _SMALLEST_UDP, _LARGEST_UDP))
    return _truncated(response) if udp and len(packed) > limit else packed


def _truncated(response: Any) -> bytes:
    """The answer without its records; dnslib's own `truncate` drops the question too, which resolvers do not accept."""
    response.rr, response.auth = [], []
    response.header.tc = 1
    return bytes(response.pack())


def _respond(request: Any, zones: Zones) -> Any:
    response = request.reply(ra=0, aa=1)
    if request.header.opcode != dnslib.OPCODE.QUERY:
        return _refused(response, _NOT_IMPLEMENTED)
    if len(request.questions) != 1:
        return _refused(response, _FORMAT_ERROR)
    name, kind = str(request.q.qname), _type_name(request.q.qtype)
    if request.q.qclass != dnslib.CLASS.IN:
        return _refused(response, _REFUSED)
    answer = zones.answer(name, kind)
    if answer.outcome == "not-ours":
        return _refused(response, _REFUSED)
    response.header.rcode = _CODES[answer.outcome]
    asked = request.q.qname
    for record in answer.records:
        # Some resolvers vary the case of what they ask and want it back.
        owner = asked if str(asked).rstrip(".").lower() == record.name else record.name
        response.add_answer(dnslib.RR(owner, getattr(dnslib.QTYPE, record.type), ttl=record.ttl_s, rdata=_data(record)))
    _add_authority(response, answer, kind, zones)
    return response


def _add_authority(response: Any, answer: Answer, kind: str, zones: Zones) -> None:
    """The zone's SOA: as the answer when it is asked for, beside a negative answer otherwise."""
    if answer.zone is None:
        return
    authority = _authority(answer.zone, zones)
    asked = str(response.q.qname).rstrip(".").lower()
    if kind == "SOA" and asked == answer.zone:
        response.add_answer(authority)
    else:
        response.add_auth(authority)


def _authority(zone: str, zones: Zones) -> Any:
    server = zones.zones()[zone][0]
    # The times are Cloudflare's; the last one is how long a negative answer may be kept.
    data = dnslib.SOA(server, f"dns.{zone}", (zones.serial, 10000, 2400, 604800, 1800))
    return dnslib.RR(zone, dnslib.QTYPE.SOA, ttl=1800, rdata=data)


def _data(record: Record) -> Any:
    content = record.content
    match record.type:
        case "TXT":
            # A string of a TXT record has at most 255 bytes; longer ones are several.
            encoded = [part.encode() for part in text_parts(content)]
            return dnslib.TXT([part[at : at + 255] for part in encoded for at in range(0, max(len(part), 1), 255)])
        case "MX":
            return dnslib.MX(content, record.priority)
        case "CAA":
            return dnslib.CAA(*caa_parts(content))
        case "SRV":
            return dnslib.SRV(record.priority, *srv_parts(content))
        case _:
            return getattr(dnslib, record.type)(content)


def _type_name(number: int) -> str:
    return str(dnslib.QTYPE.forward.get(number, f"TYPE{number}"))


def _edns_size(request: Any) -> int | None:
    """How large a UDP answer the client takes, when it says so."""
    sizes = [extra.rclass for extra in request.ar if extra.rtype == dnslib.QTYPE.OPT]
    return sizes[0] if sizes else None


def _refused(response: Any, code: int) -> Any:
    _coded(response.header, code)
    return response


def _coded(header: Any, code: int) -> Any:
    header.rcode = code
    header.aa = 0
    return header
