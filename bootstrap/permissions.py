"""The smallest roles of each identity: its stack's state and key, and its stack's subscription."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure

from bootstrap.cloud import Cloud, assign
from bootstrap.conditions import APP_ROLES, OPERATOR_ROLES, only_these_roles
from bootstrap.config import OWN_STACK
from bootstrap.deployers import Deployers
from bootstrap.state import State

CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
KEY_VAULT_CRYPTO_USER: Final = "12338af0-0e69-4776-bea7-57ae8d297424"
RBAC_ADMINISTRATOR: Final = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
READER: Final = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
STORAGE_BLOB_DATA_CONTRIBUTOR: Final = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
STORAGE_BLOB_DATA_READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
"""Built-in roles (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles)."""

_LOCKS: Final = (
    "Microsoft.Authorization/locks/read",
    "Microsoft.Authorization/locks/write",
    "Microsoft.Authorization/locks/delete",
)
_SECRETS: Final = ("Microsoft.KeyVault/vaults/secrets/read", "Microsoft.KeyVault/vaults/secrets/write")


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """The GUIDs of roles that a stack's configuration names: who may write secrets without the vault's network, by stack."""

    secret_writer_roles: Mapping[str, str]


def make_permissions(cloud: Cloud, state: State, deployers: Deployers) -> Permissions:
    """Declare the roles of administrators and of both identities of each stack."""
    _administrators(cloud, state)
    writers: dict[str, str] = {}
    for stack, settings in cloud.config.stacks.items():
        scope = f"/subscriptions/{settings.subscription_id}"
        assignable = APP_ROLES
        if settings.operators:
            writers[stack], _ = _custom_role(cloud, stack, "secret writer", scope, _SECRETS)
            assignable = (*APP_ROLES, *OPERATOR_ROLES, writers[stack])
        _deploy(cloud, state, deployers, stack, scope, assignable=assignable)
        _preview(cloud, state, deployers, stack, scope)
    return Permissions(secret_writer_roles=writers)


def _administrators(cloud: Cloud, state: State) -> None:
    for person in cloud.config.administrators:
        for stack in (OWN_STACK, *cloud.config.stacks):
            name = f"administrator-{person}-{stack}"
            for what, scope, role in (
                ("state", state.containers[stack], STORAGE_BLOB_DATA_CONTRIBUTOR),
                ("key", state.keys[stack], KEY_VAULT_CRYPTO_USER),
            ):
                assign(cloud, f"{name}-{what}", scope=scope, principal_id=person, role=role, principal_type="User")


def _deploy(
    cloud: Cloud, state: State, deployers: Deployers, stack: str, scope: str, *, assignable: tuple[str, ...]
) -> None:
    who = deployers.deploy[stack].principal_id
    name = f"{stack}-deploy"
    container, key = state.containers[stack], state.keys[stack]
    assign(cloud, f"{name}-state", scope=container, principal_id=who, role=STORAGE_BLOB_DATA_CONTRIBUTOR)
    assign(cloud, f"{name}-key", scope=key, principal_id=who, role=KEY_VAULT_CRYPTO_USER)
    assign(cloud, f"{name}-resources", scope=scope, principal_id=who, role=CONTRIBUTOR)
    assign(
        cloud,
        f"{name}-roles",
        scope=scope,
        principal_id=who,
        role=RBAC_ADMINISTRATOR,
        condition=only_these_roles(assignable),
    )
    locks, definition = _custom_role(cloud, stack, "locks", scope, _LOCKS)
    assign(cloud, f"{name}-locks", scope=scope, principal_id=who, role=locks, after=(definition,))


def _preview(cloud: Cloud, state: State, deployers: Deployers, stack: str, scope: str) -> None:
    who = deployers.preview[stack].principal_id
    name = f"{stack}-preview"
    container, key = state.containers[stack], state.keys[stack]
    assign(cloud, f"{name}-state", scope=container, principal_id=who, role=STORAGE_BLOB_DATA_READER)
    assign(cloud, f"{name}-key", scope=key, principal_id=who, role=KEY_VAULT_CRYPTO_USER)
    assign(cloud, f"{name}-resources", scope=scope, principal_id=who, role=READER)


def _custom_role(
    cloud: Cloud, stack: str, what: str, scope: str, actions: tuple[str, ...]
) -> tuple[str, azure.authorization.RoleDefinition]:
    """A role for what no built-in one allows alone, and its GUID, which follows from its name. Names are unique in a tenant."""
    name = f"Ignition {what} ({stack})"
    guid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}|{name}"))
    definition = azure.authorization.RoleDefinition(
        f"{stack}-{what.replace(' ', '-')}",
        role_definition_id=guid,
        role_name=name,
        role_type="CustomRole",
        description=f"May do this alone: {', '.join(actions)}",
        scope=scope,
        assignable_scopes=[scope],
        permissions=[azure.authorization.PermissionArgs(actions=list(actions))],
        opts=cloud.options(),
    )
    return guid, definition
