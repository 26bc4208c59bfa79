"""Messages that are none, or cannot be answered."""

from __future__ import annotations

import struct

import dns.flags
import dns.message
import dns.rcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.services.dns.backend.wire import reply
from local_cloud.services.dns.backend.zones import Record, Zones

_ZONES = Zones()
_ZONES.add_zone("ecent.online")
_ZONES.set_record("api", Record(name="api.ecent.online", type="A", content="192.0.2.7"))
_LABEL = st.binary(min_size=1, max_size=63)
_NAME = st.one_of(
    st.lists(_LABEL, max_size=6).map(lambda labels: [*labels, b"ecent", b"online"]), st.lists(_LABEL, max_size=130)
)


def question(labels: list[bytes], *, kind: int = 1, pointer: int | None = None) -> bytes:
    name = b"".join(bytes([len(label)]) + label for label in labels)
    end = b"\0" if pointer is None else struct.pack("!H", 0xC000 | pointer)
    return struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + name + end + struct.pack("!2H", kind, 1)


@pytest.mark.parametrize("labels", [[b"a" * 63] * 5, [b"a"] * 140, [b"a" * 60] * 4 + [b"ecent", b"online"]])
def test_a_name_that_is_too_long_is_a_format_error(labels: list[bytes]) -> None:
    answer = reply(question(labels), _ZONES, udp=True)
    assert answer is not None
    message = dns.message.from_wire(answer)
    assert (message.id, message.rcode()) == (7, dns.rcode.FORMERR)
    assert message.flags & dns.flags.QR


def test_a_name_of_255_bytes_is_answered() -> None:
    labels = [b"a" * 63, b"a" * 63, b"a" * 63, b"a" * 47, b"ecent", b"online"]
    answer = reply(question(labels), _ZONES, udp=True)
    assert answer is not None
    assert dns.message.from_wire(answer).rcode() == dns.rcode.NXDOMAIN


@given(labels=_NAME, kind=st.integers(0, 65_535), pointer=st.none() | st.integers(0, 0x3FFF), udp=st.booleans())
def test_whatever_is_asked_the_answer_is_a_message_or_none(
    labels: list[bytes], kind: int, pointer: int | None, udp: bool
) -> None:
    answer = reply(question(labels, kind=kind, pointer=pointer), _ZONES, udp=udp)
    assert answer is None or dns.message.from_wire(answer).flags & dns.flags.QR


@given(noise=st.binary(max_size=600), at=st.integers(0, 40))
def test_noise_raises_nothing(noise: bytes, at: int) -> None:
    whole = question([b"api", b"ecent", b"online"])
    for message in (noise, whole[:at] + noise, whole[:at] + noise + whole[at + len(noise) :]):
        answer = reply(message, _ZONES, udp=True)
        assert answer is None or answer[2] & 0x80
