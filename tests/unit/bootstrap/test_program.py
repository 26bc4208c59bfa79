"""The bootstrap program, declared without an engine: identities, trusts, roles, and the condition on them."""

import re
from functools import cache

import pytest

from bootstrap.__main__ import declare as declare_bootstrap
from bootstrap.conditions import only_these_roles
from bootstrap.config import parse
from bootstrap.edge_tokens import ACCOUNT_READ, ACCOUNT_WRITE, ZONE_READ, ZONE_WRITE
from bootstrap.permissions import (
    CONTRIBUTOR,
    KEY_VAULT_CRYPTO_USER,
    RBAC_ADMINISTRATOR,
    READER,
    STORAGE_BLOB_DATA_CONTRIBUTOR,
    STORAGE_BLOB_DATA_READER,
)
from infra.__main__ import declare as declare_platform
from tests.support.declared import declare
from tests.unit.bootstrap.samples import text
from tests.unit.infra.config.samples import config

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
GROUP = "11111111-2222-3333-4444-555555555555"


@cache
def bootstrap():
    return declare(lambda: declare_bootstrap(parse(text())))


def platform(**operators):
    return declare(lambda: declare_platform(config("prod", **operators)))


def roles_of(program, beginning=""):
    return {
        each.name: each.inputs["roleDefinitionId"].rsplit("/", 1)[-1]
        for each in program.of("RoleAssignment")
        if each.name.startswith(beginning)
    }


def condition(stack):
    (assignment,) = [each for each in bootstrap().of("RoleAssignment") if each.name == f"{stack}-deploy-roles"]
    assert assignment.inputs["conditionVersion"] == "2.0"
    return assignment.inputs["condition"]


def secret_writer(stack):
    (role,) = [each for each in bootstrap().of("RoleDefinition") if each.name == f"{stack}-secret-writer"]
    return role.inputs["roleDefinitionId"]


def test_with_operators_the_condition_allows_the_roles_that_the_platform_assigns_and_no_others():
    made = platform(
        operators__group_id=GROUP,
        operators__secret_writer_role=secret_writer("prod"),
        operators__database={"statement": "SELECT 1"},
    )
    assert set(GUID.findall(condition("prod"))) == set(roles_of(made).values())


def test_without_operators_the_condition_allows_the_roles_of_the_apps_only():
    assert set(GUID.findall(condition("dev"))) == set(roles_of(platform()).values())


def test_the_condition_is_about_making_and_removing_assignments():
    assert only_these_roles(["a", "b"]) == (
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
        "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {a, b}))"
        " AND "
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR "
        "(@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {a, b}))"
    )
    with pytest.raises(ValueError, match="at least one role"):
        only_these_roles([])


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_each_identity_has_the_smallest_roles(stack):
    deploys = roles_of(bootstrap(), f"{stack}-deploy-")
    (locks,) = [each for each in bootstrap().of("RoleDefinition") if each.name == f"{stack}-locks"]
    assert deploys == {
        f"{stack}-deploy-state": STORAGE_BLOB_DATA_CONTRIBUTOR,
        f"{stack}-deploy-key": KEY_VAULT_CRYPTO_USER,
        f"{stack}-deploy-resources": CONTRIBUTOR,
        f"{stack}-deploy-roles": RBAC_ADMINISTRATOR,
        f"{stack}-deploy-locks": locks.inputs["roleDefinitionId"],
    }
    assert roles_of(bootstrap(), f"{stack}-preview-") == {
        f"{stack}-preview-state": STORAGE_BLOB_DATA_READER,
        f"{stack}-preview-key": KEY_VAULT_CRYPTO_USER,
        f"{stack}-preview-resources": READER,
    }


def test_only_the_role_administrator_has_a_condition():
    conditioned = {each.name for each in bootstrap().of("RoleAssignment") if each.inputs.get("condition")}
    assert conditioned == {"dev-deploy-roles", "prod-deploy-roles"}


def test_each_environment_of_the_workflows_is_trusted_by_the_identity_for_it():
    trusts = {
        (each.name.split("-trusts-")[0], each.inputs["subject"].rsplit(":", 1)[-1])
        for each in bootstrap().of("FederatedIdentityCredential")
    }
    assert trusts == {
        (f"{stack}-{what}", f"{stack}{suffix}")
        for stack in ("dev", "prod")
        for what, suffix in (("deploy", ""), ("preview", "-preview"), ("preview", "-review"))
    }


def test_the_storage_has_no_shared_keys_and_keeps_what_is_deleted():
    (account,) = bootstrap().of("StorageAccount")
    (service,) = bootstrap().of("BlobServiceProperties")
    assert account.inputs["allowSharedKeyAccess"] is False
    assert account.inputs["allowBlobPublicAccess"] is False
    assert account.inputs["minimumTlsVersion"] == "TLS1_2"
    assert service.inputs["isVersioningEnabled"] is True
    assert service.inputs["deleteRetentionPolicy"] == {"enabled": True, "days": 30}
    assert service.inputs["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 30}
    assert {each.inputs["containerName"] for each in bootstrap().of("BlobContainer")} == {"bootstrap", "dev", "prod"}


def test_the_vault_cannot_be_purged_and_has_a_key_for_each_stack():
    (vault,) = bootstrap().of("Vault")
    assert vault.inputs["properties"]["enablePurgeProtection"] is True
    assert vault.inputs["properties"]["enableRbacAuthorization"] is True
    assert {each.inputs["keyName"] for each in bootstrap().of("Key")} == {"bootstrap", "dev", "prod"}


def test_what_holds_state_is_protected():
    kinds = ("StorageAccount", "BlobContainer", "Vault", "Key")
    assert all(each.protect for kind in kinds for each in bootstrap().of(kind))


@pytest.mark.parametrize(
    ("token", "groups"),
    [("prod-deploy", (ACCOUNT_WRITE, ZONE_WRITE)), ("prod-preview", (ACCOUNT_READ, ZONE_READ))],
)
def test_a_token_has_exactly_its_permission_groups(token, groups):
    (made,) = [each for each in bootstrap().of("AccountToken") if each.name == token]
    given = [[group["id"] for group in policy["permissionGroups"]] for policy in made.inputs["policies"]]
    assert given == [list(each.values()) for each in groups]
    assert not [name for name in (*ACCOUNT_READ, *ZONE_READ) if not name.endswith("Read")]
