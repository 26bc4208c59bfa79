"""Roles reach down from their scope, grant what the built-in role grants, and survive a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.identity.backend.role_assignments import (
    KEY_VAULT_ADMINISTRATOR,
    KEY_VAULT_CRYPTO_OFFICER,
    KEY_VAULT_READER,
    KEY_VAULT_SECRETS_OFFICER,
    KEY_VAULT_SECRETS_USER,
    RoleAssignments,
)

GROUP = "/subscriptions/s/resourceGroups/rg-ignition"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
SECRET = f"{VAULT}/secrets/DATABASE-URL"
GET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
SET = "Microsoft.KeyVault/vaults/secrets/setSecret/action"
LIST = "Microsoft.KeyVault/vaults/secrets/readMetadata/action"
PURGE = "Microsoft.KeyVault/vaults/secrets/purge/action"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"


@pytest.fixture
def roles(tmp_path: Path) -> RoleAssignments:
    return RoleAssignments(tmp_path / "roles.sqlite")


def _arm(role: str) -> str:
    return f"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{role}"


@pytest.mark.parametrize("scope", ["/", "/subscriptions/s", GROUP, VAULT, SECRET, f"{VAULT}/", SECRET.upper()])
def test_a_role_reaches_everything_below_its_scope(roles: RoleAssignments, scope: str) -> None:
    roles.put(scope=scope, principal_id="p", role_definition_id=_arm(KEY_VAULT_SECRETS_USER))
    assert roles.allows("p", GET, SECRET)


@pytest.mark.parametrize(
    "scope", [f"{VAULT}2", f"{VAULT}/secrets/DATABASE", f"{GROUP}-other", f"{VAULT}/secrets/DATABASE-URL-2"]
)
def test_a_role_does_not_reach_a_neighbour_with_a_similar_name(roles: RoleAssignments, scope: str) -> None:
    roles.put(scope=scope, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    assert not roles.allows("p", GET, SECRET)


def test_a_role_over_one_secret_does_not_reach_the_vault(roles: RoleAssignments) -> None:
    roles.put(scope=SECRET, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    assert not roles.allows("p", LIST, VAULT)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (KEY_VAULT_ADMINISTRATOR, {GET, SET, LIST, PURGE}),
        (KEY_VAULT_SECRETS_OFFICER, {GET, SET, LIST, PURGE}),
        (KEY_VAULT_SECRETS_USER, {GET, LIST}),
        (KEY_VAULT_READER, {LIST}),
        (KEY_VAULT_CRYPTO_OFFICER, set[str]()),
        (CONTRIBUTOR, set[str]()),
    ],
)
def test_a_role_grants_what_azure_s_grants(roles: RoleAssignments, role: str, allowed: set[str]) -> None:
    roles.put(scope=VAULT, principal_id="p", role_definition_id=_arm(role))
    assert {action for action in (GET, SET, LIST, PURGE) if roles.allows("p", action, SECRET)} == allowed


def test_another_principal_has_no_share_in_it(roles: RoleAssignments) -> None:
    roles.put(scope="/", principal_id="p", role_definition_id=KEY_VAULT_ADMINISTRATOR)
    assert not roles.allows("q", GET, SECRET)


def test_a_role_works_at_once_and_stops_at_once(roles: RoleAssignments) -> None:
    before = roles.allows("p", GET, SECRET)
    assignment = roles.put(scope=VAULT, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    between = roles.allows("p", GET, SECRET)
    roles.remove(assignment.name)
    assert (before, between, roles.allows("p", GET, SECRET)) == (False, True, False)


def test_assignments_survive_a_restart(roles: RoleAssignments, tmp_path: Path) -> None:
    kept = roles.put(scope=VAULT, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    roles.close()
    assert RoleAssignments(tmp_path / "roles.sqlite").list() == (kept,)


def test_the_same_assignment_again_changes_nothing(roles: RoleAssignments) -> None:
    first = roles.put(scope=VAULT, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    again = roles.put(scope=VAULT.upper(), principal_id="P", role_definition_id=KEY_VAULT_SECRETS_USER)
    assert (again, roles.list()) == (first, (first,))


def test_the_same_assignment_under_another_name_is_refused(roles: RoleAssignments) -> None:
    first = roles.put(scope=VAULT, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    with pytest.raises(CloudRefusal, match=f"RoleAssignmentExists.*{first.name}"):
        roles.put(
            scope=VAULT,
            principal_id="p",
            role_definition_id=_arm(KEY_VAULT_SECRETS_USER),
            name="11111111-1111-1111-1111-111111111111",
        )


def test_an_assignment_cannot_be_changed(roles: RoleAssignments) -> None:
    first = roles.put(scope=VAULT, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    with pytest.raises(CloudRefusal, match="RoleAssignmentUpdateNotPermitted"):
        roles.put(scope=VAULT, principal_id="q", role_definition_id=KEY_VAULT_SECRETS_USER, name=first.name)


def test_a_name_that_is_no_guid_is_refused(roles: RoleAssignments) -> None:
    with pytest.raises(CloudRefusal, match="must be a GUID"):
        roles.put(scope=VAULT, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER, name="mine")


def test_a_role_that_is_no_guid_is_refused(roles: RoleAssignments) -> None:
    with pytest.raises(CloudRefusal, match="does not end in a GUID"):
        roles.put(scope=VAULT, principal_id="p", role_definition_id="Key Vault Secrets User")


def test_assignments_can_be_listed_by_principal(roles: RoleAssignments) -> None:
    roles.put(scope=VAULT, principal_id="p", role_definition_id=KEY_VAULT_SECRETS_USER)
    other = roles.put(scope=VAULT, principal_id="q", role_definition_id=KEY_VAULT_SECRETS_USER)
    assert roles.list(principal_id="Q") == (other,)
