"""Where a resource is: its region, given or taken from its resource group."""

from __future__ import annotations

from typing import Final

from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned

_GROUP: Final = "azure-native:resources:ResourceGroup"
_SUBNET: Final = "azure-native:network:Subnet"


def region(plan: Plan, resource: Planned) -> str | None:
    """
    A region in its short form (`westeurope`), that of the resource group where the program gives none; None where neither tells.

    Raises:
        NotKnownYet: it is an output that only the cloud can tell.
    """
    given = plan.known(resource, "location")
    if given is None:
        group = plan.key(resource, "resourceGroupName")
        found = [each for each in plan.of(_GROUP) if plan.key(each, "resourceGroupName") == group]
        given = plan.known(found[0], "location") if group is not None and len(found) == 1 else None
    return str(given).replace(" ", "") if given is not None else None


def in_one_region(plan: Plan, one: Planned, other: Planned) -> bool:
    """Whether two resources are in one region, a subnet in its network's; what cannot be told is not judged."""
    mine, theirs = (_network_of(plan, each) for each in (one, other))
    if mine is None or theirs is None:
        return True
    regions = region(plan, mine), region(plan, theirs)
    return None in regions or "global" in regions or regions[0] == regions[1]


def _network_of(plan: Plan, resource: Planned) -> Planned | None:
    return plan.parent(resource) if resource.token == _SUBNET else resource
