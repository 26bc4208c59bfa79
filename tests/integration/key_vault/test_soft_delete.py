"""Deleting, recovering and purging secrets, by the official client."""

from __future__ import annotations

from datetime import timedelta

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from tests.integration.key_vault.platform import Platform


def test_a_deleted_secret_is_not_found(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v")
    client.begin_delete_secret("A").wait()
    with pytest.raises(ResourceNotFoundError):
        client.get_secret("A")


def test_a_deleted_secret_says_when_it_will_be_purged(platform: Platform) -> None:
    platform.vault("kv-weekly", soft_delete_days=7)
    client = platform.administrator("kv-weekly")
    client.set_secret("A", "v")
    deleted = client.begin_delete_secret("A").result()
    assert deleted.deleted_date is not None
    assert deleted.scheduled_purge_date == deleted.deleted_date + timedelta(days=7)


def test_the_name_of_a_deleted_secret_cannot_be_used(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v")
    client.begin_delete_secret("A").wait()
    with pytest.raises(
        ResourceExistsError, match="Secret A is currently in a deleted but recoverable state"
    ) as refused:
        client.set_secret("A", "v")
    assert (refused.value.status_code, refused.value.error.innererror["code"]) == (409, "ObjectIsDeletedButRecoverable")


def test_a_recovered_secret_has_all_its_versions(platform: Platform) -> None:
    client = platform.administrator()
    first = client.set_secret("A", "one")
    client.set_secret("A", "two")
    client.begin_delete_secret("A").wait()
    client.begin_recover_deleted_secret("A").wait()
    assert (client.get_secret("A").value, client.get_secret("A", first.properties.version).value) == ("two", "one")


def test_a_purged_secret_frees_its_name(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "old")
    client.begin_delete_secret("A").wait()
    client.purge_deleted_secret("A")
    client.set_secret("A", "new")
    assert [client.get_secret("A").value, len(list(client.list_properties_of_secret_versions("A")))] == ["new", 1]


def test_deleted_secrets_are_listed_over_all_pages_and_no_others(platform: Platform) -> None:
    client = platform.administrator()
    vault = platform.key_vault.vaults.get("kv-ignition")
    names = [f"S{number:02}" for number in range(30)]
    for name in names:
        platform.key_vault.secrets.put(vault, name, "v")
        platform.key_vault.secrets.delete(vault, name)
    client.set_secret("ALIVE", "v")
    assert [secret.name for secret in client.list_deleted_secrets()] == names


def test_deleted_secrets_are_not_listed_among_the_living(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v")
    client.begin_delete_secret("A").wait()
    assert list(client.list_properties_of_secrets()) == []


def test_purge_protection_refuses_a_purge(platform: Platform) -> None:
    platform.vault("kv-protected", purge_protection=True)
    client = platform.administrator("kv-protected")
    client.set_secret("A", "v")
    client.begin_delete_secret("A").wait()
    with pytest.raises(
        HttpResponseError, match='"purge" is not allowed because purge protection is enabled'
    ) as refused:
        client.purge_deleted_secret("A")
    assert refused.value.status_code == 403


@pytest.mark.parametrize(
    ("options", "level"),
    [
        ({}, "Recoverable+Purgeable"),
        ({"purge_protection": True}, "Recoverable"),
        ({"soft_delete_days": 7}, "CustomizedRecoverable+Purgeable"),
        ({"soft_delete_days": 7, "purge_protection": True}, "CustomizedRecoverable"),
    ],
)
def test_a_secret_says_how_it_is_protected(platform: Platform, options: dict[str, int], level: str) -> None:
    platform.vault("kv-levels", **options)
    made = platform.administrator("kv-levels").set_secret("A", "v")
    assert (made.properties.recovery_level, made.properties.recoverable_days) == (
        level,
        options.get("soft_delete_days", 90),
    )


def test_a_secret_that_was_not_deleted_can_be_neither_recovered_nor_purged(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v")
    with pytest.raises(ResourceNotFoundError):
        client.purge_deleted_secret("A")
