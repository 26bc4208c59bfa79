"""Role assignments: who may do what, and where."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_GUID, EXAMPLE_SUBSCRIPTION, example_id, guid
from local_cloud.server.resource_types.resource import Outputs, Resource
from local_cloud.server.rules import Combination, Length, Pattern
from local_cloud.server.values.guids import GUID
from local_cloud.services.identity.rules.roles_in_plan import ROLES_IN_PLAN

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_CREATE: Final = "https://learn.microsoft.com/rest/api/authorization/role-assignments/create"
_STEPS: Final = "https://learn.microsoft.com/azure/role-based-access-control/role-assignments-steps"

SCOPE: Final = Pattern(
    path="scope",
    regex=r"/|(?i:/subscriptions/[^/]+(/.+)?|/providers/Microsoft\.Management/managementGroups/[^/]+)",
    says="a scope is the whole ARM id of a management group, subscription, resource group or resource, beginning with a slash",
    source="https://learn.microsoft.com/azure/role-based-access-control/scope-overview",
    passes=f"/subscriptions/{EXAMPLE_SUBSCRIPTION}",
    fails="rg-ignition-dev",
)


class RoleAssignment(AzureType):
    """A role given to one principal at one scope; only its description and condition can change."""

    token = "azure-native:authorization:RoleAssignment"
    path = "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
    create_only = ("principalId",)
    immutable = ("roleDefinitionId", "principalType", "delegatedManagedIdentityResourceId")
    unseen: ClassVar = {
        "principalId": (
            "no principal has the id, or it is too new for every part of Entra to know it; it may have the role "
            "already, by an assignment made elsewhere"
        ),
        "scope": "the subscription has as many role assignments as it may have",
    }
    rules = (
        SCOPE,
        guid("roleAssignmentName", source=_CREATE, noun="the name of a role assignment"),
        guid("principalId", source=_CREATE, noun="a principal's object id, not its client id or name,"),
        Pattern(
            path="roleDefinitionId",
            unseen="the role does not exist, or the deployer may not grant it",
            regex=rf"(?i:(/subscriptions/[^/]+)?/providers/Microsoft\.Authorization/roleDefinitions/){GUID}",
            says="a role is named by its whole id: /subscriptions/.../providers/Microsoft.Authorization/roleDefinitions/GUID",
            source=_STEPS,
            passes="/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6",
            fails="Key Vault Secrets User",
        ),
        Length(
            path="description",
            most=1024,
            says="a description has at most 1024 characters",
            source=_STEPS,
            passes="the api reads its own secrets",
            fails="d" * 1025,
        ),
        Combination(
            path="conditionVersion",
            test=lambda inputs: (inputs.get("condition") is None) == (inputs.get("conditionVersion") is None),
            says="a condition comes with its version, 2.0, and no version without a condition",
            source="https://learn.microsoft.com/azure/role-based-access-control/conditions-format",
            passes={"condition": "@Resource[x] StringEquals 'y'", "conditionVersion": "2.0"},
            fails={"condition": "@Resource[x] StringEquals 'y'"},
        ),
    )
    plan_rules = ROLES_IN_PLAN
    example: ClassVar = {
        "scope": example_id("Microsoft.KeyVault/vaults/kv-ignition-dev"),
        "roleAssignmentName": "22222222-2222-5222-8222-222222222222",
        "principalId": EXAMPLE_GUID,
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"/subscriptions/{EXAMPLE_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/"
        "4633458b-17de-408a-b874-0445c86b69e6",
    }

    def invent_name(self, logical: str, digest: str) -> str:  # noqa: ARG002  a GUID holds no logical name
        """A role assignment's name is a GUID."""
        return str(uuid.UUID(digest[:32], version=4))

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """In force at once; Azure takes minutes."""
        inputs = resource.inputs
        parts.role_assignments.put(
            scope=inputs["scope"],
            principal_id=inputs["principalId"],
            role_definition_id=inputs["roleDefinitionId"],
            name=inputs["roleAssignmentName"],
        )
        return {}

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Taken away at once."""
        parts.role_assignments.remove(resource.inputs["roleAssignmentName"])

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when somebody took the role away."""
        return resource if parts.role_assignments.get(resource.inputs["roleAssignmentName"]) is not None else None
