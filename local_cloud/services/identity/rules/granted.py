"""Which roles a plan assigns to an identity over a resource."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned

_PACKAGES: Final = ("azure-native:", "azuread:", "cloudflare:", "random:", "tls:", "time:")


def roles_of(plan: Plan, identity: Planned, target: Planned, wanted: Collection[str]) -> list[Planned]:
    """
    The role assignments of an identity that reach a resource: at it, at what is in it or at what it is in.

    Args:
        plan: the plan.
        identity: a user-assigned identity.
        target: a vault or a registry.
        wanted: GUIDs of the roles that suffice; an assignment whose role is not known counts.
    """
    return [
        each
        for each in plan.of(tokens.ROLE_ASSIGNMENT)
        if _is_for(plan, each, identity) and _reaches(plan, each, target) and _is_one_of(each, wanted)
    ]


def knows_every_grant(plan: Plan) -> bool:
    """
    Whether every principal of the plan's role assignments can be told, and nothing of the plan may grant in another way.

    A known id that no output of the plan gave is a group's, or in an update an identity's of the plan: whose cannot be told.
    """
    told = all("principalId" in each.origins for each in plan.of(tokens.ROLE_ASSIGNMENT))
    return told and all(each.token in plan.types or _is_component(each) for each in plan.resources)


def _is_component(resource: Planned) -> bool:
    """A component's token has no module path; packages of which types are known have no components."""
    return resource.token.startswith("pulumi:") or not ("/" in resource.token or resource.token.startswith(_PACKAGES))


def _is_for(plan: Plan, assignment: Planned, identity: Planned) -> bool:
    origin = assignment.origins.get("principalId")
    return origin is not None and identity.urn in origin.resources and plan.by_urn.get(identity.urn) is identity


def _reaches(plan: Plan, assignment: Planned, target: Planned) -> bool:
    origin = assignment.origins.get("scope")
    if origin is not None:
        scopes = [plan.by_urn[urn] for urn in origin.resources if urn in plan.by_urn]
        return any(
            each is target or each.token == tokens.RESOURCE_GROUP or plan.parent(each) is target for each in scopes
        )
    scope, identity = assignment.inputs.get("scope"), plan.identity(target)
    if not isinstance(scope, str):
        return True
    return not isinstance(identity, str) or _overlap(plan.own_id(scope), identity)


def _overlap(scope: str, identity: str) -> bool:
    return f"{identity}/".startswith(f"{scope}/") or f"{scope}/".startswith(f"{identity}/")


def _is_one_of(assignment: Planned, wanted: Collection[str]) -> bool:
    role = assignment.inputs.get("roleDefinitionId")
    return not isinstance(role, str) or role.rsplit("/", 1)[-1].lower() in wanted
