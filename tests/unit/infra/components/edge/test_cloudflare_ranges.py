from __future__ import annotations

import ipaddress
import itertools

from infra.components.edge.cloudflare_ranges import CLOUDFLARE_IPV4


def test_ranges_are_in_order_and_apart_so_that_the_list_never_differs_by_itself() -> None:
    networks = [ipaddress.IPv4Network(text) for text in CLOUDFLARE_IPV4]
    assert networks == sorted(networks)
    assert not any(one.overlaps(two) for one, two in itertools.pairwise(networks))


def test_the_list_is_whole() -> None:
    assert len(CLOUDFLARE_IPV4) == 15
    assert sum(ipaddress.IPv4Network(text).num_addresses for text in CLOUDFLARE_IPV4) == 1_524_736
