from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.sizes import DATABASE_SIZES, LARGEST_DERIVED_POOL, RESERVED_CONNECTIONS, derived_pool, largest_pool


@pytest.mark.parametrize(
    ("size", "tier", "connections"),
    [
        ("Standard_B1ms", "Burstable", 50),
        ("Standard_B2s", "Burstable", 429),
        ("Standard_D2ds_v5", "GeneralPurpose", 859),
        ("Standard_E2ds_v5", "MemoryOptimized", 1718),
        ("Standard_D64ds_v5", "GeneralPurpose", 5000),
    ],
)
def test_sizes_are_those_of_azures_table(size: str, tier: str, connections: int) -> None:
    assert (DATABASE_SIZES[size].tier, DATABASE_SIZES[size].max_connections) == (tier, connections)


@given(st.integers(1, 5000), st.integers(1, 300))
def test_twice_the_replicas_never_take_more_than_the_server_has(connections: int, replicas: int) -> None:
    taken = 2 * replicas * derived_pool(connections, replicas)
    assert taken == 0 or taken + RESERVED_CONNECTIONS <= connections


@given(st.integers(1, 5000), st.integers(1, 300))
def test_one_more_connection_a_replica_would_not_fit(connections: int, replicas: int) -> None:
    assert 2 * replicas * (largest_pool(connections, replicas) + 1) > connections - 20


def test_large_servers_do_not_make_large_pools() -> None:
    assert derived_pool(5000, 1) == LARGEST_DERIVED_POOL
