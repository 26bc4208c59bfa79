"""Which roles a deploying identity may assign: the text of the condition on its own assignment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from infra.components.access.role_assignments import (
    ACR_PULL,
    CONTAINER_APPS_JOBS_OPERATOR,
    KEY_VAULT_SECRETS_OFFICER,
    KEY_VAULT_SECRETS_USER,
    LOG_ANALYTICS_READER,
)

APP_ROLES: Final = (KEY_VAULT_SECRETS_USER, ACR_PULL)
"""The roles that the platform gives to its apps."""
OPERATOR_ROLES: Final = (KEY_VAULT_SECRETS_OFFICER, LOG_ANALYTICS_READER, CONTAINER_APPS_JOBS_OPERATOR)
"""The built-in roles that it gives to operators."""
_WRITE: Final = "Microsoft.Authorization/roleAssignments/write"
_DELETE: Final = "Microsoft.Authorization/roleAssignments/delete"
_ROLE: Final = "Microsoft.Authorization/roleAssignments:RoleDefinitionId"


def only_these_roles(roles: Iterable[str]) -> str:
    """
    A condition, version 2.0, that lets assignments of these roles be made and removed, and no others.

    Azure checks a new assignment by the request and an existing one by the resource
    (https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples).

    Raises:
        ValueError: for no roles; Azure would read an empty list as nonsense.
    """
    guids = ", ".join(roles)
    if not guids:
        raise ValueError("a condition needs at least one role")
    clauses = (
        f"((!(ActionMatches{{'{action}'}})) OR (@{source}[{_ROLE}] ForAnyOfAnyValues:GuidEquals {{{guids}}}))"
        for action, source in ((_WRITE, "Request"), (_DELETE, "Resource"))
    )
    return " AND ".join(clauses)
