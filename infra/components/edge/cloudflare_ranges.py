"""
The addresses that Cloudflare connects to origins from.

Kept as a list, because asking for them in every preview would need the network, and because a changed list should be seen in a
review. Any customer of Cloudflare may send requests from these addresses: they keep others out, they do not prove who comes.
"""

from __future__ import annotations

import ipaddress
from typing import Final

CLOUDFLARE_IPV4: Final = tuple(
    str(network)
    for network in sorted(
        ipaddress.IPv4Network(text)
        for text in (
            "103.21.244.0/22",
            "103.22.200.0/22",
            "103.31.4.0/22",
            "104.16.0.0/13",
            "104.24.0.0/14",
            "108.162.192.0/18",
            "131.0.72.0/22",
            "141.101.64.0/18",
            "162.158.0.0/15",
            "172.64.0.0/13",
            "173.245.48.0/20",
            "188.114.96.0/20",
            "190.93.240.0/20",
            "197.234.240.0/22",
            "198.41.128.0/17",
        )
    )
)
"""
From https://www.cloudflare.com/ips-v4, as changed last on 2021-04-08 and read again in 2026-11; in order, for Azure compares lists
item by item. Container Apps take IPv4 ranges only, and Cloudflare reaches them over IPv4 only.
"""
