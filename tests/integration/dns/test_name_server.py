"""The name server, asked by real resolvers: dnspython, and dig where it is installed."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdataclass
import dns.resolver
import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import free_port
from local_cloud.services.dns.backend import DnsServer, Record

RECORDS = (
    Record(name="api.ecent.online", type="CNAME", content="ca-api.env.example", proxied=True),
    Record(name="www.ecent.online", type="CNAME", content="host.ecent.online", ttl=120),
    Record(name="host.ecent.online", type="A", content="192.0.2.7"),
    Record(name="host.ecent.online", type="AAAA", content="2001:db8::7"),
    Record(name="asuid.api.ecent.online", type="TXT", content='"0123456789ABCDEF"'),
    Record(name="ecent.online", type="CAA", content='0 issue "letsencrypt.org"'),
    Record(name="ecent.online", type="MX", content="mail.ecent.online", priority=10),
    Record(name="_sip._tcp.ecent.online", type="SRV", content="5 5060 host.ecent.online", priority=1),
    Record(name="long.ecent.online", type="TXT", content='"' + "x" * 700 + '"'),
)


@pytest.fixture
def server() -> Iterator[DnsServer]:
    made = DnsServer(free_port())
    made.zones.add_zone("ecent.online", ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"])
    for number, record in enumerate(RECORDS):
        made.set_record(str(number), record)
    made.start()
    yield made
    made.stop()


def ask(server: DnsServer, name: str, kind: str, *, tcp: bool = False, edns: bool = True) -> dns.message.Message:
    question = dns.message.make_query(name, kind, use_edns=edns, payload=4096)
    query = dns.query.tcp if tcp else dns.query.udp
    return query(question, "127.0.0.1", timeout=30, port=server.port)


def answers(message: dns.message.Message) -> list[str]:
    return [f"{rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {item}" for rrset in message.answer for item in rrset]


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("api.ecent.online", "A", ["300 A 127.0.0.1"]),
        ("www.ecent.online", "A", ["120 CNAME host.ecent.online.", "300 A 192.0.2.7"]),
        ("www.ecent.online", "CNAME", ["120 CNAME host.ecent.online."]),
        ("host.ecent.online", "AAAA", ["300 AAAA 2001:db8::7"]),
        ("asuid.api.ecent.online", "TXT", ['300 TXT "0123456789ABCDEF"']),
        ("ecent.online", "CAA", ['300 CAA 0 issue "letsencrypt.org"']),
        ("ecent.online", "MX", ["300 MX 10 mail.ecent.online."]),
        ("ecent.online", "NS", ["86400 NS ada.ns.cloudflare.com.", "86400 NS bob.ns.cloudflare.com."]),
        ("_sip._tcp.ecent.online", "SRV", ["300 SRV 1 5 5060 host.ecent.online."]),
    ],
)
def test_a_record_is_answered_with_authority(
    server: DnsServer, name: str, kind: str, expected: list[str], tcp: bool
) -> None:
    message = ask(server, name, kind, tcp=tcp)
    assert answers(message) == expected
    assert message.flags & dns.flags.AA


def test_the_zone_has_a_start_of_authority(server: DnsServer) -> None:
    assert answers(ask(server, "ecent.online", "SOA"))[0].startswith(
        "1800 SOA ada.ns.cloudflare.com. dns.ecent.online."
    )


def test_a_missing_name_is_no_such_domain_with_the_authority(server: DnsServer) -> None:
    message = ask(server, "gone.ecent.online", "A")
    assert message.rcode() == dns.rcode.NXDOMAIN
    assert [rrset.rdtype for rrset in message.authority] == [dns.rdatatype.SOA]


def test_a_missing_type_is_an_empty_answer_with_the_authority(server: DnsServer) -> None:
    message = ask(server, "api.ecent.online", "AAAA")
    assert (message.rcode(), message.answer) == (dns.rcode.NOERROR, [])
    assert [rrset.rdtype for rrset in message.authority] == [dns.rdatatype.SOA]


def test_another_zone_is_refused(server: DnsServer) -> None:
    assert ask(server, "example.org", "A").rcode() == dns.rcode.REFUSED


def test_an_answer_too_long_for_udp_is_truncated_and_complete_over_tcp(server: DnsServer) -> None:
    assert ask(server, "long.ecent.online", "TXT", edns=False).flags & dns.flags.TC
    complete = ask(server, "long.ecent.online", "TXT", tcp=True)
    assert b"".join(complete.answer[0][0].strings) == b"x" * 700


def test_a_client_that_takes_more_over_udp_gets_it(server: DnsServer) -> None:
    assert not ask(server, "long.ecent.online", "TXT").flags & dns.flags.TC


def test_an_official_resolver_resolves_through_it(server: DnsServer) -> None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    assert [str(each) for each in resolver.resolve("WWW.ecent.online", "A")] == ["192.0.2.7"]


def test_a_change_is_seen_at_once(server: DnsServer) -> None:
    server.set_record("new", Record(name="new.ecent.online", type="A", content="192.0.2.8"))
    assert answers(ask(server, "new.ecent.online", "A")) == ["300 A 192.0.2.8"]
    server.remove_record("new")
    assert ask(server, "new.ecent.online", "A").rcode() == dns.rcode.NXDOMAIN


def test_an_update_message_is_not_implemented(server: DnsServer) -> None:
    question = dns.message.make_query("ecent.online", "SOA")
    question.set_opcode(dns.opcode.NOTIFY)
    answer = dns.query.udp(question, "127.0.0.1", timeout=30, port=server.port)
    assert answer.rcode() == dns.rcode.NOTIMP


def test_noise_does_not_stop_it(server: DnsServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        for message in (b"", b"\x00", b"x" * 600, b"\xff" * 40):
            noise.sendto(message, ("127.0.0.1", server.port))
    assert answers(ask(server, "host.ecent.online", "A")) == ["300 A 192.0.2.7"]


def test_a_name_that_is_too_long_leaves_nothing_in_the_log(
    server: DnsServer, capfd: pytest.CaptureFixture[str]
) -> None:
    message = struct.pack("!6H", 1, 0x0100, 1, 0, 0, 0) + (b"\x3f" + b"a" * 63) * 5 + b"\0" + struct.pack("!2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(30)
        client.sendto(message, ("127.0.0.1", server.port))
        assert dns.message.from_wire(client.recv(512)).rcode() == dns.rcode.FORMERR
    assert capfd.readouterr() == ("", "")


def test_a_stopped_server_starts_again_with_its_records(server: DnsServer) -> None:
    server.stop()
    server.start()
    assert answers(ask(server, "host.ecent.online", "A", tcp=True)) == ["300 A 192.0.2.7"]


def test_a_taken_port_is_named(server: DnsServer) -> None:
    with pytest.raises(BackendError, match=f"cannot listen on 127.0.0.1:{server.port}"):
        DnsServer(server.port).start()


@pytest.mark.skipif(shutil.which("dig") is None, reason="dig is not installed (Debian: bind9-dnsutils)")
def test_dig_gets_the_same(server: DnsServer) -> None:
    command = ["dig", "@127.0.0.1", "-p", str(server.port), "+short", "asuid.api.ecent.online", "TXT"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == '"0123456789ABCDEF"'
