"""Subnets that hold one service of Azure's own."""

from __future__ import annotations

from typing import Final

RESERVED_FOR_THEIR_SERVICE: Final = frozenset(
    {"azurebastionsubnet", "azurefirewallmanagementsubnet", "azurefirewallsubnet", "gatewaysubnet", "routeserversubnet"}
)
"""Names of subnets that hold one service of Azure's own and nothing else, in lower case."""
