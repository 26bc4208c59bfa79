"""Secrets as the resource manager puts them, and what time does to deleted ones."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_cloud.runtime.files.sealing import Seal
from local_cloud.runtime.files.sqlite_file import StateDamaged
from local_cloud.services.key_vault.backend.database import open_database
from local_cloud.services.key_vault.backend.refusals import KeyVaultRefusal
from local_cloud.services.key_vault.backend.secret import Properties
from local_cloud.services.key_vault.backend.secrets import Secrets
from local_cloud.services.key_vault.backend.vaults import DAY_S, Vault, Vaults


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parts(tmp_path: Path, clock: Clock) -> Iterator[tuple[Secrets, Vault]]:
    database = open_database(tmp_path)
    vault = Vaults(database, clock).create("kv", resource_id="/v/kv", tenant_id="t", soft_delete_days=7)
    yield Secrets(database, clock), vault
    database.file.close()


@pytest.mark.parametrize(
    "properties", [Properties(), Properties(content_type="text/plain", tags={"a": "b"}, expires=2_000_000_000)]
)
def test_putting_the_same_again_makes_no_version(parts: tuple[Secrets, Vault], properties: Properties) -> None:
    secrets, vault = parts
    first = secrets.put(vault, "A", "v", properties)
    assert (secrets.put(vault, "a", "v", properties), len(secrets.versions(vault, "A"))) == (first, 1)


@pytest.mark.parametrize(
    ("value", "properties"),
    [
        ("w", Properties()),
        ("v", Properties(content_type="text/plain")),
        ("v", Properties(tags={"a": "b"})),
        ("v", Properties(enabled=False)),
        ("v", Properties(expires=2_000_000_000)),
        ("v", Properties(not_before=1)),
    ],
)
def test_putting_anything_else_makes_a_version(
    parts: tuple[Secrets, Vault], value: str, properties: Properties
) -> None:
    secrets, vault = parts
    first = secrets.put(vault, "A", "v")
    assert secrets.put(vault, "A", value, properties).version != first.version


def test_putting_an_earlier_value_makes_a_version(parts: tuple[Secrets, Vault]) -> None:
    secrets, vault = parts
    for value in ("one", "two", "one"):
        secrets.put(vault, "A", value)
    assert [each.value for each in secrets.versions(vault, "A")] == ["one", "two", "one"]


def test_putting_over_a_deleted_name_is_refused(parts: tuple[Secrets, Vault]) -> None:
    secrets, vault = parts
    secrets.put(vault, "A", "v")
    secrets.delete(vault, "A")
    with pytest.raises(KeyVaultRefusal, match="Conflict: Secret A is currently in a deleted but recoverable state"):
        secrets.put(vault, "A", "v")


def test_a_deleted_secret_goes_by_itself_after_its_retention(parts: tuple[Secrets, Vault], clock: Clock) -> None:
    secrets, vault = parts
    secrets.put(vault, "A", "old")
    secrets.delete(vault, "A")
    clock.now += 7 * DAY_S
    assert secrets.put(vault, "A", "new").value == "new"


def test_a_disabled_secret_is_read_by_the_manager_and_not_given_out(parts: tuple[Secrets, Vault]) -> None:
    secrets, vault = parts
    secrets.put(vault, "A", "v", Properties(enabled=False))
    assert secrets.read(vault, "A").value == "v"
    with pytest.raises(KeyVaultRefusal, match="disabled"):
        secrets.get(vault, "A")


def test_threads_that_put_at_once_lose_nothing(parts: tuple[Secrets, Vault]) -> None:
    secrets, vault = parts
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: secrets.put(vault, f"S{number % 4}", str(number)), range(40)))
    assert sum(len(secrets.versions(vault, f"S{number}")) for number in range(4)) == 40


def test_threads_that_put_the_same_at_once_make_one_version(parts: tuple[Secrets, Vault]) -> None:
    secrets, vault = parts
    with ThreadPoolExecutor(8) as pool:
        versions = {secret.version for secret in pool.map(lambda _: secrets.put(vault, "A", "v"), range(16))}
    assert len(versions) == 1


@settings(max_examples=50, deadline=None)
@given(value=st.text(max_size=200), place=st.text(max_size=20))
def test_whatever_is_sealed_opens_to_the_same(tmp_path_factory: pytest.TempPathFactory, value: str, place: str) -> None:
    seal = Seal(tmp_path_factory.getbasetemp() / "sealing-key")
    plain = value.encode("utf-8", "surrogatepass")
    assert seal.open(seal.close(plain, place), place) == plain


def test_a_value_moved_to_another_place_does_not_open(tmp_path: Path) -> None:
    seal = Seal(tmp_path / "key")
    with pytest.raises(StateDamaged, match="cannot be opened"):
        seal.open(seal.close(b"v", "1/a"), "1/b")


def test_a_key_of_the_wrong_size_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(StateDamaged, match="key is damaged: it is not a key of 32 bytes; put the old one back"):
        Seal(tmp_path / "key")
