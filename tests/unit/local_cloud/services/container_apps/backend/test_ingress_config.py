"""The parts of the ingress that are arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.services.container_apps.backend import IpRule
from local_cloud.services.container_apps.backend.routing.ingress import allows, fqdn, split

SHARES = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 100), st.integers(1, 7)), min_size=1)


@given(SHARES)
def test_each_revision_gets_its_share_however_many_replicas_it_has(shares: dict[str, tuple[int, int]]) -> None:
    ports = {name: range(index * 100, index * 100 + count) for index, (name, (_, count)) in enumerate(shares.items())}
    found = split({name: weight for name, (weight, _) in shares.items()}, ports)
    got: Counter[str] = Counter()
    for port, weight in found:
        got[next(name for name, listed in ports.items() if port in listed)] += weight
    total, all_weights = sum(got.values()), sum(weight for weight, _ in shares.values())
    for name, (weight, _) in shares.items():
        assert got[name] * all_weights == weight * total


def test_a_revision_without_ready_replicas_leaves_its_share_to_the_others() -> None:
    assert split({"a": 80, "b": 20}, {"a": (), "b": (1,)}) == [(1, 1)]
    assert split({"a": 100}, {}) == []


def test_a_weight_of_nothing_gets_nothing() -> None:
    assert split({"a": 100, "b": 0}, {"a": (1,), "b": (2,)}) == [(1, 1)]


@pytest.mark.parametrize(
    ("action", "networks", "address", "admitted"),
    [
        ("Allow", (), "203.0.113.1", True),
        ("Allow", ("203.0.113.0/24",), "203.0.113.1", True),
        ("Allow", ("203.0.113.0/24",), "198.51.100.1", False),
        ("Deny", ("203.0.113.0/24",), "203.0.113.1", False),
        ("Deny", ("203.0.113.0/24",), "198.51.100.1", True),
        ("Allow", ("203.0.113.7/24",), "203.0.113.1", True),
    ],
)
def test_address_rules(action: str, networks: Sequence[str], address: str, admitted: bool) -> None:
    rules = [IpRule(name="r", action=action, ip_address_range=network) for network in networks]  # type: ignore[arg-type]
    assert allows(rules, address) is admitted


def test_an_internal_host_says_so() -> None:
    assert fqdn("ca-api", "env.example", external=False) == "ca-api.internal.env.example"
