"""The address plan: whether subnets lie where Azure lets them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Final

SUBNETS: Final = ("apps_subnet", "database_subnet", "endpoints_subnet")
LONGEST_PREFIXES: Final[Mapping[str, int]] = {"apps_subnet": 27, "database_subnet": 28, "endpoints_subnet": 28}
"""
The smallest that each can be. Container Apps: https://learn.microsoft.com/azure/container-apps/custom-virtual-networks#subnet;
PostgreSQL: https://learn.microsoft.com/azure/postgresql/network/concepts-networking-private (with high availability it uses four
addresses, and Azure keeps five of every subnet).
"""
RESERVED_BY_CONTAINER_APPS: Final = (
    "100.100.0.0/17",
    "100.100.128.0/19",
    "100.100.160.0/19",
    "100.100.192.0/19",
    "169.254.0.0/16",
    "172.30.0.0/16",
    "172.31.0.0/16",
    "192.0.2.0/24",
)
"""Ranges that the platform below Container Apps uses itself (the same page)."""
_KEPT_BY_PLATFORM: Final = 14
_REPLICAS_PER_ADDRESS: Final = 10


def overlaps(one: str, other: str) -> bool:
    """Whether two ranges share an address."""
    return ipaddress.IPv4Network(one).overlaps(ipaddress.IPv4Network(other))


def contains(whole: str, part: str) -> bool:
    """Whether a range lies within another."""
    return ipaddress.IPv4Network(part).subnet_of(ipaddress.IPv4Network(whole))


def prefix_length(network: str) -> int:
    """The number behind the slash."""
    return ipaddress.IPv4Network(network).prefixlen


def reserved_range(network: str) -> str | None:
    """The reserved range that a subnet for container apps runs into, if any."""
    return next((each for each in RESERVED_BY_CONTAINER_APPS if overlaps(network, each)), None)


def replicas_that_fit(network: str) -> int:
    """
    How many replicas a subnet for container apps holds.

    While one revision takes over from another both are there, so half of the addresses count.
    """
    usable = ipaddress.IPv4Network(network).num_addresses - _KEPT_BY_PLATFORM
    return max(0, usable * _REPLICAS_PER_ADDRESS // 2)
