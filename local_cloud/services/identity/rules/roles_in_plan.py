"""Rules over the plan on role assignments: each once, for the right output of a principal."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import Sketched, identity, role, vault
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import ById, Fits, LeadsTo, OneOfAKind, Together

_STEPS: Final = "https://learn.microsoft.com/azure/role-based-access-control/role-assignments-steps"
_TROUBLES: Final = "https://learn.microsoft.com/azure/role-based-access-control/troubleshooting"
_CREATE: Final = "https://learn.microsoft.com/rest/api/authorization/role-assignments/create"
SERVICE_PRINCIPAL: Final = "azuread:index/servicePrincipal:ServicePrincipal"
_VAULT_ROLES: Final = frozenset(
    {
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",  # Key Vault Administrator
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",  # Key Vault Secrets Officer
        "4633458b-17de-408a-b874-0445c86b69e6",  # Key Vault Secrets User
        "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",  # Key Vault Crypto Officer
        "12338af0-0e69-4776-bea7-57ae8d297424",  # Key Vault Crypto User
        "a4417e6f-fecd-4de8-b567-7b0420556985",  # Key Vault Certificates Officer
        "e147488a-f6f5-4113-8e2d-b22465e65bf6",  # Key Vault Crypto Service Encryption User
    }
)
_REGISTRY_ROLES: Final = frozenset(
    {
        "7f951dda-4ed3-4680-a7ca-43fe172d538d",  # AcrPull
        "8311e382-0749-4cb8-b61a-304f252e45ec",  # AcrPush
        "c2f4ef07-c644-48eb-af81-4b1b4947fb11",  # AcrDelete
        "6cef56e8-d556-48e5-a04f-b8e64114680f",  # AcrImageSigner
    }
)


def _role(one: Planned) -> str | None:
    text = one.inputs.get("roleDefinitionId")
    return text.rsplit("/", 1)[-1].lower() if isinstance(text, str) else None


def _same_grant(plan: Plan, one: Planned) -> Hashable | None:
    scope, principal = plan.key(one, "scope"), plan.key(one, "principalId")
    role_ = _role(one) or plan.key(one, "roleDefinitionId")
    found = plan.target(one, "scope")
    where = plan.identity(found) if isinstance(found, Planned) else scope
    return None if None in (scope, principal, role_) else (where, principal, role_)


def _same_name(plan: Plan, one: Planned) -> Hashable | None:
    return plan.key(one, "roleAssignmentName")


def _is_a_service_principal(plan: Plan, one: Planned, _principal: Planned) -> bool:
    return plan.known(one, "principalType") in {None, "serviceprincipal"}


def _on_another_service(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.ROLE_ASSIGNMENT):
        found, role_ = plan.target(each, "scope"), _role(each)
        if not isinstance(found, Planned) or found.token == tokens.RESOURCE_GROUP or role_ is None:
            continue
        wrong = (role_ in _VAULT_ROLES and found.token not in {tokens.VAULT, tokens.SECRET, tokens.KEY}) or (
            role_ in _REGISTRY_ROLES and found.token != tokens.REGISTRY
        )
        if wrong:
            yield each, found


def _is_by_roles(plan: Plan, one: Planned, holder: Planned) -> bool:
    return _role(one) not in _VAULT_ROLES or plan.known(holder, "properties.enableRbacAuthorization") is not False


_SECRETS_USER: Final = "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"
_GUID: Final = "22222222-2222-5222-8222-222222222222"


def _grant(name: str | None = None, scope: Any = None, output: str = "principal_id", **inputs: Any) -> Sketched:
    given = {
        "scope": scope or Ref("vault"),
        "principalId": Ref("identity", output),
        "roleDefinitionId": _SECRETS_USER,
        **inputs,
    }
    return role(**(given | ({"roleAssignmentName": name} if name else {})))


def _granted(*grants: Sketched, **others: Sketched) -> Sketch:
    made = {f"grant{number}": each for number, each in enumerate(grants)}
    return Sketch(identity=identity(), **({"vault": vault()} | others), **made)


ROLES_IN_PLAN: Final = (
    OneOfAKind(
        id="identity.role-assigned-twice",
        of=tokens.ROLE_ASSIGNMENT,
        path="roleDefinitionId",
        key=_same_grant,
        says="a principal has a role at a scope once, whatever the assignment's name (RoleAssignmentExists)",
        remedy="Leave out '{this}' or '{other}'",
        source=_TROUBLES,
        passes=_granted(_grant(), _grant(roleDefinitionId=_SECRETS_USER[:-1] + "7")),
        fails=_granted(_grant(_GUID), _grant(_GUID.replace("2", "3"))),
    ),
    OneOfAKind(
        id="identity.assignment-name-taken",
        of=tokens.ROLE_ASSIGNMENT,
        path="roleAssignmentName",
        key=_same_name,
        says="the name of a role assignment is a GUID of its own, at every scope (RoleAssignmentUpdateNotPermitted)",
        remedy="Make the name of '{this}' from scope, principal and role, so that it differs from that of '{other}'",
        source=_TROUBLES,
        passes=_granted(_grant(_GUID), _grant(_GUID.replace("2", "3"), Ref("other")), other=vault("kv-two")),
        fails=_granted(_grant(_GUID), _grant(_GUID, Ref("other")), other=vault("kv-two")),
    ),
    LeadsTo(
        id="identity.role-for-another-output",
        of=tokens.ROLE_ASSIGNMENT,
        path="principalId",
        to=(tokens.IDENTITY,),
        output="principal_id",
        others={SERVICE_PRINCIPAL: ("object_id",)},
        says="a role is assigned to the object id of a principal: a managed identity's principal_id, a service principal's object_id "
        "(PrincipalNotFound)",
        remedy="Pass that output; this is another one of '{other}'",
        source=_CREATE,
        passes=_granted(_grant()),
        fails=_granted(_grant(output="client_id")),
    ),
    Fits(
        id="identity.role-for-another-type",
        of=tokens.ROLE_ASSIGNMENT,
        path="principalType",
        along="principalId",
        to=(tokens.IDENTITY, SERVICE_PRINCIPAL),
        fits=_is_a_service_principal,
        says="a managed identity is of the principalType ServicePrincipal (UnmatchedPrincipalType)",
        remedy="Write principal_type='ServicePrincipal' for '{this}'; '{other}' is one",
        source=_CREATE,
        passes=_granted(_grant()),
        fails=_granted(_grant(principalType="User")),
    ),
    Together(
        id="identity.role-of-another-service",
        of=tokens.ROLE_ASSIGNMENT,
        path="roleDefinitionId",
        test=_on_another_service,
        says="a role for the data of a service is assigned at that service: Key Vault's at a vault, AcrPull at a registry, or at a "
        "resource group above",
        remedy="Assign the role at the right scope, not at '{other}'",
        source="https://learn.microsoft.com/azure/role-based-access-control/built-in-roles",
        passes=_granted(_grant()),
        fails=_granted(_grant(scope=Ref("identity"))),
    ),
    Fits(
        id="identity.role-over-a-vault-with-policies",
        of=tokens.ROLE_ASSIGNMENT,
        path="roleDefinitionId",
        along="scope",
        to=(tokens.VAULT,),
        fits=_is_by_roles,
        says="roles open a vault only where enableRbacAuthorization is on; a vault with access policies does not look at them",
        remedy="Set enableRbacAuthorization=True on '{other}', or write an access policy instead of '{this}'",
        source="https://learn.microsoft.com/azure/key-vault/general/rbac-access-policy",
        passes=_granted(_grant()),
        fails=_granted(_grant(), vault=vault(enableRbacAuthorization=False)),
    ),
    ById(
        id="identity.role-at-another-output",
        of=tokens.ROLE_ASSIGNMENT,
        path="scope",
        says="a scope is a whole ARM id",
        remedy="Pass the `id` of '{other}'",
        source="https://learn.microsoft.com/azure/role-based-access-control/scope-overview",
        passes=_granted(_grant()),
        fails=_granted(_grant(scope=Ref("vault", "name"))),
    ),
)
