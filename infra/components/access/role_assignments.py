"""
How roles are given: the ids of Azure's built-in roles, and names of assignments that stay the same.

Which principal gets which role where is decided by the components that own the scope.
"""

from __future__ import annotations

import uuid
from typing import Final

ACR_PULL: Final = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
CONTAINER_APPS_JOBS_OPERATOR: Final = "b9a307c4-5aa3-4b52-ba60-2b17c136cd7b"
KEY_VAULT_SECRETS_OFFICER: Final = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
LOG_ANALYTICS_READER: Final = "73c42c96-874c-492b-b04d-ab87d138a893"
KEY_VAULT_SECRETS_USER: Final = "4633458b-17de-408a-b874-0445c86b69e6"
"""Built-in roles (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles)."""


def role_definition_id(scope: str, role: str) -> str:
    """
    The whole id of a built-in role in the subscription of a scope.

    Args:
        scope: The ARM id of the resource that the role is given on.
        role: The role's GUID.
    """
    subscription = scope.split("/")[2]
    return f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def role_assignment_name(scope: str, principal_id: str, role: str) -> str:
    """A GUID that follows from what is assigned, so that no deployment makes the same assignment twice."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}|{principal_id}|{role}"))
