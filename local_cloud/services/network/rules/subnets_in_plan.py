"""Where a resource stands: a subnet of its own resource, or one that its network declares inline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.server.plan.plan import Plan, without_subscription
from local_cloud.server.plan.planned import Planned
from local_cloud.server.rules import objects
from local_cloud.server.values.unknowns import refusing_unknowns

RESERVED_FOR_THEIR_SERVICE: Final = frozenset(
    {"azurebastionsubnet", "azurefirewallmanagementsubnet", "azurefirewallsubnet", "gatewaysubnet", "routeserversubnet"}
)
"""Names of subnets that hold one service of Azure's own and nothing else, in lower case."""


def inline_subnet(plan: Plan, resource: Planned, path: str) -> tuple[Planned, Mapping[str, Any]] | None:
    """
    The network and the inline subnet that a property leads to.

    Raises:
        NotKnownYet: the network's subnets are not known.
    """
    text, origin = plan.text_at(resource, path), plan.made_of(resource, path)
    network = origin if origin is not None and origin.token == tokens.NETWORK else None
    if text is not None and "/subnets/" in text:
        above, _, name = without_subscription(text).rpartition("/subnets/")
        network = plan.by_identity(above)
    else:
        name = None
    if network is None or network.token != tokens.NETWORK:
        return None
    listed = objects(refusing_unknowns(network.inputs), "subnets")
    fitting = [each for each in listed if name is None or str(each.get("name")).casefold() == name]
    return (network, fitting[0]) if len(fitting) == 1 else None
