"""Addresses and ranges as the services take them."""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterable


def ipv4_range(text: str) -> ipaddress.IPv4Network | None:
    """The IPv4 range in CIDR form, an address being a range of one; None for anything else, host bits included."""
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        return None


def is_ipv4_range(text: str) -> bool:
    """Whether the text is an IPv4 address or range."""
    return ipv4_range(text) is not None


def is_cidr(text: str) -> bool:
    """Whether the text is an IPv4 or IPv6 range with its length: `10.0.0.0/16`."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return "/" in text


def is_ipv4(text: str) -> bool:
    """Whether the text is one IPv4 address."""
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def overlap(ranges: Iterable[str]) -> bool:
    """Whether any two of the IPv4 ranges share an address."""
    networks = sorted(network for each in ranges if (network := ipv4_range(each)) is not None)
    return any(first.overlaps(second) for first, second in itertools.pairwise(networks))


def inside(range_: str, spaces: Iterable[str]) -> bool:
    """Whether the IPv4 range lies within one of the spaces; ranges of other kinds are not judged."""
    network = ipv4_range(range_)
    around = [space for each in spaces if (space := ipv4_range(each)) is not None]
    return network is None or any(network.subnet_of(space) for space in around)
