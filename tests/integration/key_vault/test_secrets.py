"""The life of a secret, by the official client over verified TLS."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from tests.integration.key_vault.platform import Platform

JANUARY = datetime(2027, 1, 31, 12, 30, tzinfo=UTC)
MARCH = datetime(2027, 3, 1, tzinfo=UTC)


def test_a_secret_that_was_set_can_be_read(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("DATABASE-URL", "postgresql://ü")
    assert client.get_secret("DATABASE-URL").value == "postgresql://ü"


def test_the_id_names_vault_secret_and_version(platform: Platform) -> None:
    made = platform.administrator().set_secret("DATABASE-URL", "v")
    assert made.id == f"{platform.key_vault.uri('kv-ignition')}/secrets/DATABASE-URL/{made.properties.version}"


def test_everything_that_goes_with_a_value_is_kept(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret(
        "A", "v", content_type="text/plain", not_before=JANUARY, expires_on=MARCH, tags={"owner": "api"}, enabled=True
    )
    kept = client.get_secret("A").properties
    assert (kept.content_type, kept.not_before, kept.expires_on, kept.tags, kept.enabled) == (
        "text/plain",
        JANUARY,
        MARCH,
        {"owner": "api"},
        True,
    )


def test_a_new_value_is_a_new_version_and_the_old_one_stays(platform: Platform) -> None:
    client = platform.administrator()
    first = client.set_secret("A", "one")
    client.set_secret("A", "two")
    assert (client.get_secret("A").value, client.get_secret("A", first.properties.version).value) == ("two", "one")


def test_setting_the_same_value_makes_a_version_all_the_same(platform: Platform) -> None:
    client = platform.administrator()
    first, second = client.set_secret("A", "one"), client.set_secret("A", "one")
    assert first.properties.version != second.properties.version


def test_names_do_not_distinguish_upper_and_lower_case(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("Database-Url", "v")
    assert client.get_secret("DATABASE-URL").name == "Database-Url"


def test_a_list_goes_over_all_pages_and_holds_no_values(platform: Platform) -> None:
    client = platform.administrator()
    vault = platform.key_vault.vaults.get("kv-ignition")
    names = [f"S{number:02}" for number in range(60)]
    for name in names:
        platform.key_vault.secrets.put(vault, name, "v")
    pages = [[secret.name for secret in page] for page in client.list_properties_of_secrets().by_page()]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert [name for page in pages for name in page] == names


def test_a_full_last_page_is_not_followed_by_an_empty_one(platform: Platform) -> None:
    vault = platform.key_vault.vaults.get("kv-ignition")
    for number in range(25):
        platform.key_vault.secrets.put(vault, f"S{number:02}", "v")
    assert len(list(platform.administrator().list_properties_of_secrets().by_page())) == 1


def test_a_client_may_ask_for_smaller_pages(platform: Platform) -> None:
    client = platform.administrator()
    for name in ("A", "B", "C"):
        client.set_secret(name, "v")
    pages = [len(list(page)) for page in client.list_properties_of_secrets(max_page_size=2).by_page()]
    assert pages == [2, 1]


def test_pages_of_more_than_25_are_refused(platform: Platform) -> None:
    with pytest.raises(HttpResponseError, match="between 1 and 25"):
        list(platform.administrator().list_properties_of_secrets(max_page_size=26))


def test_the_versions_of_a_secret_are_listed_over_all_pages(platform: Platform) -> None:
    client = platform.administrator()
    made = [client.set_secret("A", str(number)).properties.version for number in range(30)]
    client.set_secret("B", "v")
    assert [each.version for each in client.list_properties_of_secret_versions("A")] == made


def test_an_update_changes_what_is_said_and_nothing_else(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v", content_type="text/plain", tags={"a": "1"})
    client.update_secret_properties("A", tags={"b": "2"}, expires_on=MARCH)
    kept = client.get_secret("A")
    assert (kept.value, kept.properties.content_type, kept.properties.tags, kept.properties.expires_on) == (
        "v",
        "text/plain",
        {"b": "2"},
        MARCH,
    )


def test_an_update_of_an_old_version_leaves_the_current_one_alone(platform: Platform) -> None:
    client = platform.administrator()
    first = client.set_secret("A", "one")
    client.set_secret("A", "two")
    client.update_secret_properties("A", first.properties.version, content_type="old")
    assert client.get_secret("A").properties.content_type is None


def test_a_disabled_secret_is_refused(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v", enabled=False)
    with pytest.raises(HttpResponseError, match="Operation get is not allowed on a disabled secret") as refused:
        client.get_secret("A")
    assert (refused.value.status_code, refused.value.error.innererror["code"]) == (403, "SecretDisabled")


def test_a_disabled_secret_is_listed_and_can_be_enabled_again(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v", enabled=False)
    listed = [secret.enabled for secret in client.list_properties_of_secrets()]
    client.update_secret_properties("A", enabled=True)
    assert (listed, client.get_secret("A").value) == ([False], "v")


def test_an_older_version_is_not_read_in_place_of_a_disabled_one(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "one")
    client.set_secret("A", "two", enabled=False)
    with pytest.raises(HttpResponseError, match="disabled"):
        client.get_secret("A")


@pytest.mark.parametrize("times", [{"expires_on": datetime(2020, 1, 1, tzinfo=UTC)}, {"not_before": MARCH}])
def test_expired_and_not_yet_valid_secrets_are_given_out_as_azure_does(
    platform: Platform, times: dict[str, datetime]
) -> None:
    client = platform.administrator()
    client.set_secret("A", "v", **times)
    assert client.get_secret("A").value == "v"


def test_a_secret_that_is_not_there_is_not_found(platform: Platform) -> None:
    with pytest.raises(ResourceNotFoundError, match=r"\(SecretNotFound\) A secret with \(name/id\) NONE was not found"):
        platform.administrator().get_secret("NONE")


def test_a_version_that_is_not_there_is_not_found(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v")
    with pytest.raises(ResourceNotFoundError, match=f"A/{'0' * 32} was not found"):
        client.get_secret("A", "0" * 32)


@pytest.mark.parametrize("name", ["DATABASE_URL", "a.b", "x" * 128])
def test_a_name_that_azure_refuses_is_refused(platform: Platform, name: str) -> None:
    with pytest.raises(HttpResponseError, match=r"\(BadParameter\) The request URI contains an invalid name"):
        platform.administrator().set_secret(name, "v")


def test_the_largest_value_is_kept_and_one_byte_more_is_refused(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "v" * 25_600)
    with pytest.raises(HttpResponseError, match="25601 bytes, the most allowed is 25600"):
        client.set_secret("A", "v" * 25_601)


def test_sixteen_tags_are_refused(platform: Platform) -> None:
    with pytest.raises(HttpResponseError, match="16 tags, the most allowed is 15"):
        platform.administrator().set_secret("A", "v", tags={str(number): "x" for number in range(16)})


def test_a_backup_brings_back_every_version(platform: Platform) -> None:
    client = platform.administrator()
    first = client.set_secret("A", "one")
    client.set_secret("A", "two", tags={"a": "b"})
    backup = client.backup_secret("A")
    client.begin_delete_secret("A").wait()
    client.purge_deleted_secret("A")
    restored = client.restore_secret_backup(backup)
    assert (restored.tags, client.get_secret("A").value, client.get_secret("A", first.properties.version).value) == (
        {"a": "b"},
        "two",
        "one",
    )


def test_a_backup_is_not_restored_over_a_secret(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "one")
    with pytest.raises(ResourceExistsError):
        client.restore_secret_backup(client.backup_secret("A"))


def test_a_backup_restored_into_another_vault_leaves_the_first_one_whole(platform: Platform) -> None:
    platform.vault("kv-other")
    client, other = platform.administrator(), platform.administrator("kv-other")
    client.set_secret("A", "one")
    other.restore_secret_backup(client.backup_secret("A"))
    assert (client.get_secret("A").value, other.get_secret("A").value) == ("one", "one")


def test_a_backup_does_not_show_the_value(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "plain-text-value")
    assert b"plain-text-value" not in client.backup_secret("A")


def test_a_changed_backup_is_refused(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("A", "one")
    backup = client.backup_secret("A")
    with pytest.raises(HttpResponseError, match="invalid or corrupt"):
        client.restore_secret_backup(backup[:-2] + b"xx")
