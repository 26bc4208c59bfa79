from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pulumi import Output

from infra.components.access.role_assignments import KEY_VAULT_SECRETS_USER
from infra.components.key_vault import KeyVault, VaultSecrets
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples

_END = dt.datetime(2027, 5, 31, tzinfo=dt.UTC)


def vault(**changes: object) -> Program[KeyVault]:
    return declare(lambda: KeyVault("vault", examples.key_vault(**changes)))


def properties(**changes: object) -> dict[str, Any]:
    return vault(**changes).one("vault-vault").inputs["properties"]


def secrets(**kept: object) -> Program[VaultSecrets]:
    return declare(lambda: VaultSecrets("secrets", examples.vault_secrets(secrets=kept)))


def test_the_vault_is_asked_by_roles_and_keeps_what_is_deleted() -> None:
    made = properties()
    assert made["enableRbacAuthorization"] is True
    assert made["enablePurgeProtection"] is True
    assert made["softDeleteRetentionInDays"] == 90


def test_purge_protection_is_left_out_rather_than_denied() -> None:
    assert "enablePurgeProtection" not in properties(purge_protection=False)


def test_nobody_outside_reaches_the_vault_by_default() -> None:
    made = properties()
    assert (made["publicNetworkAccess"], made["networkAcls"]["defaultAction"]) == ("Disabled", "Deny")


@pytest.mark.parametrize(("ranges", "action"), [([], "Allow"), (["192.0.2.0/24"], "Deny")])
def test_public_access_is_for_everybody_or_for_ranges(ranges: list[str], action: str) -> None:
    made = properties(public_access=True, allowed_ranges=ranges)
    assert made["publicNetworkAccess"] == "Enabled"
    assert made["networkAcls"]["defaultAction"] == action
    assert [each["value"] for each in made["networkAcls"]["ipRules"]] == ranges


def test_a_vault_that_nothing_could_read_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing could read it"):
        examples.key_vault(endpoint_name=None)


def test_without_an_endpoint_there_is_none() -> None:
    program = vault(endpoint_name=None, public_access=True)
    assert program.of("PrivateEndpoint") == []
    assert program.of("PrivateDnsZoneGroup") == []


def test_the_endpoints_address_is_entered_into_the_private_zone() -> None:
    (config,) = vault().one("vault-endpoint-names").inputs["privateDnsZoneConfigs"]
    assert config["privateDnsZoneId"].endswith("/privatelink.vaultcore.azure.net")


@pytest.mark.parametrize("wanted", [True, False])
def test_lock_and_protection_are_as_asked(wanted: bool) -> None:
    program = vault(lock=wanted, protect=wanted)
    assert [each.inputs["level"] for each in program.of("ManagementLockByScope")] == ["CanNotDelete"] * wanted
    assert program.one("vault-vault").protect is wanted


def test_the_vaults_address_has_no_slash_at_its_end() -> None:
    assert vault().outputs["vault_uri"] == "https://kv-ignition-test.vault.azure.net"


def test_a_secret_is_kept_when_it_leaves_the_program() -> None:
    assert secrets(A=examples.vault_secret()).one("secrets-a").retain_on_delete


def test_a_value_is_secret_even_when_it_was_given_in_clear() -> None:
    made = secrets(A=examples.vault_secret(value="hidden")).one("secrets-a")
    assert "properties" in made.secret_inputs


def test_a_secret_carries_what_it_is_and_when_it_ends() -> None:
    made = secrets(A=examples.vault_secret(content_type="client secret", expires=_END)).one("secrets-a").inputs
    assert made["properties"]["contentType"] == "client secret"
    assert made["properties"]["attributes"] == {"enabled": True, "expires": int(_END.timestamp())}


def test_each_reader_may_read_the_one_secret_and_no_more() -> None:
    program = secrets(
        A=examples.vault_secret(readers={"api": "principal-1"}),
        B=examples.vault_secret(readers={"admin": "principal-2"}),
    )
    given = {each.name: each.inputs for each in program.of("RoleAssignment")}
    assert set(given) == {"secrets-a-api", "secrets-b-admin"}
    assert given["secrets-a-api"]["scope"].endswith("/vaults/kv-ignition-test/secrets/A")
    assert given["secrets-a-api"]["principalId"] == "principal-1"
    assert given["secrets-a-api"]["principalType"] == "ServicePrincipal"
    assert given["secrets-a-api"]["roleDefinitionId"].endswith(KEY_VAULT_SECRETS_USER)


def test_assignments_have_names_that_follow_from_what_they_give() -> None:
    names = {
        each.inputs["roleAssignmentName"]
        for program in (
            secrets(A=examples.vault_secret()),
            secrets(A=examples.vault_secret(), B=examples.vault_secret()),
        )
        for each in program.of("RoleAssignment")
    }
    assert len(names) == 2


def test_roles_are_waited_for_before_anything_reads() -> None:
    program = secrets(A=examples.vault_secret(), B=examples.vault_secret())
    assert program.waits_for("secrets-propagation", "secrets-a-api")
    assert program.waits_for("secrets-propagation", "secrets-b-api")


def test_the_address_of_a_secret_names_its_version() -> None:
    address = secrets(A=examples.vault_secret()).outputs["uris"]["A"]
    assert isinstance(address, Output)
    program = declare(lambda: _Addresses(examples.vault_secrets(secrets={"A": examples.vault_secret()})))
    assert program.outputs["a"].startswith("https://kv-ignition-test.vault.azure.net/secrets/A/0123")


@pytest.mark.parametrize("changes", [{"value": None}, {"first_value_only": True}])
def test_the_address_of_a_secret_that_others_renew_names_no_version(changes: dict[str, Any]) -> None:
    program = declare(lambda: _Addresses(examples.vault_secrets(secrets={"A": examples.vault_secret(**changes)})))
    assert program.outputs["a"] == "https://kv-ignition-test.vault.azure.net/secrets/A"


def test_a_secret_that_a_person_brings_is_never_written() -> None:
    program = secrets(A=examples.vault_secret(value=None))
    assert program.of("Secret") == []
    assert [each.name for each in program.of("RoleAssignment")] == ["secrets-a-api"]


def test_later_versions_made_by_others_are_not_overwritten() -> None:
    assert secrets(A=examples.vault_secret(first_value_only=True)).one("secrets-a").ignore_changes == (
        "properties",
        "tags",
    )
    assert secrets(A=examples.vault_secret()).one("secrets-a").ignore_changes == ()


class _Addresses:
    """Lets the address of one secret be resolved."""

    a: Output[str]

    def __init__(self, args: Any) -> None:
        self.a = VaultSecrets("secrets", args).uris["A"]
