"""Rules on address ranges: what must not overlap."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import PlanRule
from local_cloud.server.values.unknowns import NotKnownYet

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, kw_only=True)
class NoOverlap(PlanRule):
    """Address ranges of resources in one scope must not overlap; `scope` is None where the rule does not apply."""

    ranges: Callable[[Plan, Planned], Iterable[str]] = field(repr=False)
    scope: Callable[[Plan, Planned], Hashable | None] = field(repr=False)

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every resource whose range meets the one before it in the order of addresses."""
        scopes: dict[Hashable, list[tuple[Network, Planned]]] = {}
        for resource in plan.of(self.of, *self.also):
            try:
                scope = self.scope(plan, resource)
                found = [network for each in self.ranges(plan, resource) if (network := network_of(each)) is not None]
            except NotKnownYet:
                continue
            if scope is not None:
                scopes.setdefault(scope, []).extend((network, resource) for network in found)
        for networks in scopes.values():
            yield from _overlapping(networks)


def _overlapping(networks: list[tuple[Network, Planned]]) -> Iterator[tuple[Planned, Planned]]:
    """Sorted by first address, whatever overlaps an earlier one overlaps the one that reaches furthest."""
    furthest: tuple[Network, Planned] | None = None
    for network, resource in sorted(networks, key=lambda each: (each[0].version, int(each[0].network_address))):
        if furthest is not None and furthest[0].version == network.version:
            if network.overlaps(furthest[0]) and resource is not furthest[1]:
                yield resource, furthest[1]
            if int(network.broadcast_address) <= int(furthest[0].broadcast_address):
                continue
        furthest = network, resource


def network_of(text: Any) -> Network | None:
    """The address range that a text names; None for whatever is none, which the rules of one resource refuse."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except (ValueError, TypeError):
        return None
