"""Vaults as the resource manager sees them: names, soft delete, what cannot be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud.services.key_vault.backend.database import open_database
from local_cloud.services.key_vault.backend.refusals import KeyVaultRefusal
from local_cloud.services.key_vault.backend.secrets import Secrets
from local_cloud.services.key_vault.backend.vaults import DAY_S, Vault, Vaults

Create = Callable[..., Vault]


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Iterator[tuple[Vaults, Secrets]]:
    database = open_database(tmp_path)
    yield Vaults(database, clock), Secrets(database, clock)
    database.file.close()


@pytest.fixture
def vaults(parts: tuple[Vaults, Secrets]) -> Vaults:
    return parts[0]


@pytest.fixture
def create(vaults: Vaults) -> Create:
    def made(name: str = "kv", **options: Any) -> Vault:
        return vaults.create(name, **{"resource_id": f"/g/vaults/{name}", "tenant_id": "t", **options})

    return made


def test_creating_a_vault_again_changes_nothing(create: Create, vaults: Vaults) -> None:
    first = create()
    assert (create(), vaults.list()) == (first, (first,))


def test_the_name_of_another_group_s_vault_is_taken(create: Create) -> None:
    create()
    with pytest.raises(KeyVaultRefusal, match=r"VaultAlreadyExists: The vault name 'kv' is already in use"):
        create("KV", resource_id="/other/vaults/kv")


def test_the_name_of_a_deleted_vault_is_taken(create: Create, vaults: Vaults) -> None:
    create()
    vaults.delete("kv")
    with pytest.raises(
        KeyVaultRefusal, match="ConflictError: A vault with the same name already exists in deleted state"
    ):
        create()


def test_a_deleted_vault_can_be_recovered_while_creating(create: Create, parts: tuple[Vaults, Secrets]) -> None:
    vaults, secrets = parts
    secrets.put(create(), "A", "v")
    vaults.delete("kv")
    assert secrets.get(create(recover=True), "A").value == "v"


def test_recovering_a_living_vault_leaves_it_as_it_is(create: Create, vaults: Vaults) -> None:
    assert vaults.recover(create().name).deleted is None


def test_recovering_what_was_never_there_is_refused(create: Create) -> None:
    with pytest.raises(KeyVaultRefusal, match="DeletedVaultNotFound"):
        create(recover=True)


def test_a_purged_vault_frees_its_name_and_is_empty(create: Create, parts: tuple[Vaults, Secrets]) -> None:
    vaults, secrets = parts
    secrets.put(create(), "A", "v")
    vaults.delete("kv")
    vaults.purge("kv")
    assert secrets.list(create(resource_id="/other/vaults/kv")) == []


def test_a_living_vault_cannot_be_purged(create: Create, vaults: Vaults) -> None:
    create()
    with pytest.raises(KeyVaultRefusal, match="DeletedVaultNotFound"):
        vaults.purge("kv")


def test_purge_protection_keeps_a_deleted_vault(create: Create, vaults: Vaults) -> None:
    create(purge_protection=True)
    vaults.delete("kv")
    with pytest.raises(KeyVaultRefusal, match="MethodNotAllowed: Operation 'DeletedVaultPurge' is not allowed"):
        vaults.purge("kv")


def test_purge_protection_can_be_switched_on_and_not_off(create: Create) -> None:
    create()
    assert create(purge_protection=True).purge_protection
    with pytest.raises(KeyVaultRefusal, match='"enablePurgeProtection" cannot be set to false'):
        create()


def test_the_retention_cannot_be_changed(create: Create) -> None:
    create()
    with pytest.raises(KeyVaultRefusal, match='"softDeleteRetentionInDays" has been set already'):
        create(soft_delete_days=7)


@pytest.mark.parametrize("days", [6, 91])
def test_a_retention_outside_of_7_to_90_days_is_refused(create: Create, days: int) -> None:
    with pytest.raises(KeyVaultRefusal, match="between 7 and 90"):
        create(soft_delete_days=days)


@pytest.mark.parametrize("protected", [True, False])
def test_a_deleted_vault_goes_by_itself_after_its_retention(
    create: Create, vaults: Vaults, clock: Clock, protected: bool
) -> None:
    create(soft_delete_days=7, purge_protection=protected)
    vaults.delete("kv")
    clock.now += 7 * DAY_S - 1
    before = len(vaults.list(deleted=True))
    clock.now += 1
    assert (before, vaults.list(deleted=True)) == (1, ())


def test_a_missing_vault_is_named(vaults: Vaults) -> None:
    with pytest.raises(KeyVaultRefusal, match="VaultNotFound: The vault 'none' was not found"):
        vaults.get("none")
