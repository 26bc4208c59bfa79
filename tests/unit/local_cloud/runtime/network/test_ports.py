"""Ports are chosen once, kept, and taken ones are reported by owner."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import Ports, PortTaken, free_port, is_free, owner_of


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_port_is_kept_across_restarts(tmp_path: Path) -> None:
    chosen = Ports(tmp_path / "ports.json").port("dns")
    assert Ports(tmp_path / "ports.json").port("dns") == chosen


def test_two_parts_never_share_a_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    assert len({ports.port(f"part {number}") for number in range(50)}) == 50


def test_a_configured_port_wins_over_a_recorded_one(tmp_path: Path) -> None:
    Ports(tmp_path / "ports.json").port("dns")
    assert Ports(tmp_path / "ports.json", {"dns": 5353}).port("dns") == 5353


def test_the_same_port_for_two_parts_is_refused_by_their_names(tmp_path: Path) -> None:
    with pytest.raises(PortTaken, match="a and b"):
        Ports(tmp_path / "ports.json", {"a": 5353, "b": 5353, "c": 5354})


def test_a_taken_port_is_reported_with_its_owner(tmp_path: Path, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(PortTaken, match=rf"port {port} of dns is taken by .+ \(pid \d+\)") as taken:
        Ports(tmp_path / "ports.json", {"dns": port}).require_free("dns")
    assert f"give dns another port in {tmp_path / 'ports.yaml'}" in str(taken.value)


def test_whoever_lost_its_port_gets_another_one(tmp_path: Path, listener: socket.socket) -> None:
    file, taken = tmp_path / "ports.json", listener.getsockname()[1]
    file.write_text(json.dumps({"dns": taken}))
    ports = Ports(file)
    kept = ports.port("edge")
    [move] = ports.settle()
    assert (move.name, move.before, move.after) == ("dns", taken, ports.port("dns"))
    assert str(move) == f"port {taken} of dns is taken by {owner_of(taken)}; it moves to {ports.port('dns')}"
    assert ports.port("edge") == kept
    assert Ports(file).settle() == []


def test_a_part_moves_when_configuration_gives_its_port_to_another_one(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    chosen = Ports(file).port("console")
    ports = Ports(file, {"edge": chosen})
    [move] = ports.settle()
    assert str(move) == f"port {chosen} of console is taken by edge; it moves to {ports.port('console')}"
    assert ports.port("console") != ports.port("edge") == chosen


def test_fixed_ports_that_are_taken_are_all_named(tmp_path: Path, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = Ports(tmp_path / "ports.json", {"dns": port, "edge": other.getsockname()[1]})
        with pytest.raises(PortTaken, match=r"(?s)of dns is taken.*of edge is taken"):
            ports.settle()


def test_a_port_that_only_udp_uses_is_not_free() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        assert not is_free(server.getsockname()[1])


def test_a_forgotten_port_is_chosen_anew(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    ports.port("dns")
    ports.forget("dns")
    assert ports.recorded() == {}


def test_a_damaged_record_says_what_to_delete(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text("[1, 2")
    with pytest.raises(BackendError, match=r"ports\.json is damaged; `rm .*ports\.json`"):
        Ports(tmp_path / "ports.json").port("dns")


def test_a_free_port_is_none_of_those_to_avoid() -> None:
    avoided = set(range(20_000, 30_000))
    assert all(free_port(avoid=avoided) not in avoided for _ in range(20))
