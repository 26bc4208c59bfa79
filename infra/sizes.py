"""
What Azure's database sizes bring, and how connections follow from them.

Memory decides how many connections a server takes by default; the apps' pools are made to fit into that.
Source: https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Tier = Literal["Burstable", "GeneralPurpose", "MemoryOptimized"]

STORAGE_SIZES_GB: Final = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32767)
"""Sizes of premium disks (https://learn.microsoft.com/azure/postgresql/compute-storage/concepts-storage-premium-ssd)."""
RESERVED_CONNECTIONS: Final = 15
"""What Azure keeps for replication and for itself out of a server's connections."""
OPERATORS_CONNECTIONS: Final = 5
"""What is left for people, for the container that makes the roles, and for migrations."""
LARGEST_DERIVED_POOL: Final = 20
"""More connections a replica than this do not make PostgreSQL faster; who knows better sets the pool's size."""


@dataclass(frozen=True)
class DatabaseSize:
    """
    One size of a server.

    Attributes:
        tier: What kind of machine it is.
        max_connections: How many connections it takes unless told otherwise, Azure's own included.
    """

    tier: Tier
    max_connections: int


def _sizes() -> dict[str, DatabaseSize]:
    # 2 GiB is a case of its own; from there on it is about 107 a GiB, up to 5,000.
    by_memory = {2: 50, 4: 429, 8: 859, 16: 1718, 32: 3437}
    sizes = {
        f"Standard_{name}": DatabaseSize("Burstable", by_memory.get(memory, 5000))
        for name, memory in {"B1ms": 2, "B2s": 4, "B2ms": 8, "B4ms": 16, "B8ms": 32}.items()
    }
    for cpus in (2, 4, 8, 16, 32, 48, 64, 96):
        sizes[f"Standard_D{cpus}ds_v5"] = DatabaseSize("GeneralPurpose", by_memory.get(cpus * 4, 5000))
        sizes[f"Standard_E{cpus}ds_v5"] = DatabaseSize("MemoryOptimized", by_memory.get(cpus * 8, 5000))
    return sizes


DATABASE_SIZES: Final[Mapping[str, DatabaseSize]] = _sizes()


def largest_pool(max_connections: int, max_replicas: int) -> int:
    """
    How many connections each replica may keep.

    Args:
        max_connections: What the server takes in all.
        max_replicas: How many replicas of the app there are at most. While one revision takes over from another there are twice as
            many.

    Returns:
        At least 0; 0 means that the server is too small for the replicas.
    """
    return max(0, (max_connections - RESERVED_CONNECTIONS - OPERATORS_CONNECTIONS) // (2 * max_replicas))


def derived_pool(max_connections: int, max_replicas: int) -> int:
    """The pool's size when nobody sets one."""
    return min(LARGEST_DERIVED_POOL, largest_pool(max_connections, max_replicas))
