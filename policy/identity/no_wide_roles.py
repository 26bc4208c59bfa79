"""No identity of the platform rules over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import ROLE_ASSIGNMENT
from policy.values import texts

_WIDE: Final = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
}


def _breaches(resource: Resource) -> Iterator[str]:
    for role in texts(resource.props, "roleDefinitionId"):
        if wide := _WIDE.get(role.rsplit("/", 1)[-1].lower()):
            yield f"it gives the role {wide}"


RULE: Final = ResourceRule(
    id="identity.no-wide-roles",
    says="The stack gives nobody the roles Owner, Contributor or User Access Administrator.",
    why="An app with such a role is a way from a bug in the app to the whole subscription.",
    source="https://learn.microsoft.com/azure/role-based-access-control/best-practices",
    severity=Severity.HIGH,
    remedy="Give the narrowest role on the one resource.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(
            token=ROLE_ASSIGNMENT,
            props={
                "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"
            },
        )
    ],
    fails=[
        Sample(
            token=ROLE_ASSIGNMENT,
            props={
                "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"
            },
        )
    ],
    of=(ROLE_ASSIGNMENT,),
    breaches=_breaches,
)
