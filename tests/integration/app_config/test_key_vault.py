"""The Key Vault source, by the official clients against a vault on this machine."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.identity import ManagedIdentityCredential

from app_config import (
    Contract,
    Environment,
    Group,
    KeyVault,
    Settings,
    SettingsError,
    StackOutputs,
    aload,
    load,
    resolve,
)
from app_config.contract import as_text, values_of
from app_config.formats import Secret
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_USER
from tests.integration.app_config.conftest import LocalVault, become
from tests.integration.key_vault.platform import GROUP
from tests.unit.app_config.samples import PRODUCTION, PRODUCTION_SECRETS, outputs, plain


class KeyGroup(Group):
    text: Secret


class Keys(Contract):
    key: KeyGroup


def test_secrets_come_from_the_vault_and_the_rest_from_the_environment(vault: LocalVault) -> None:
    settings = load(Settings, *vault.sources())
    assert {name: as_text(value) for name, value in values_of(settings).items()} == PRODUCTION


def test_loading_asynchronously_gives_the_same(vault: LocalVault) -> None:
    assert asyncio.run(aload(Settings, *vault.sources())) == load(Settings, *vault.sources())


def test_an_official_credential_object_does_too(vault: LocalVault) -> None:
    credential = ManagedIdentityCredential(client_id=os.environ["AZURE_CLIENT_ID"])
    assert load(Settings, *vault.sources(credential=credential)).session.secret


def test_one_token_is_enough_for_all_secrets(vault: LocalVault) -> None:
    asked: list[tuple[str, ...]] = []

    class Counting:
        """The official credential, counted."""

        _inner = ManagedIdentityCredential(client_id=os.environ["AZURE_CLIENT_ID"])

        def get_token(self, *scopes: str, **options: Any) -> AccessToken:
            asked.append(scopes)
            return self._inner.get_token(*scopes, **options)

    assert load(Settings, *vault.sources(credential=Counting()))
    assert len(asked) == 1


def test_every_value_says_which_secret_it_is(vault: LocalVault) -> None:
    assert resolve(Settings, *vault.sources()).origins["DATABASE_URL"] == f"{vault.url}/secrets/DATABASE-URL"


def test_an_identity_with_a_role_on_its_secrets_alone_needs_nothing_more(
    vault: LocalVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal = become(vault.platform, monkeypatch, "narrow", None)
    for name in PRODUCTION_SECRETS:
        vault.platform.roles.put(
            scope=f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-ignition/secrets/{name.replace('_', '-')}",
            principal_id=principal,
            role_definition_id=KEY_VAULT_SECRETS_USER,
        )
    assert load(Settings, *vault.sources())


def test_a_pinned_version_stays_when_a_new_one_comes(vault: LocalVault) -> None:
    pinned = vault.address("SESSION_SECRET").rpartition("/")[2]
    vault.put({"SESSION_SECRET": "another-wU1nZ8kR4tY6mQ2xC9vB7jH5gF3d"})
    environment = Environment(plain(PRODUCTION))
    source = KeyVault(vault.url, vault.access(), versions={"SESSION_SECRET": pinned})
    assert load(Settings, environment, source).session.secret.get_secret_value() == PRODUCTION_SECRETS["SESSION_SECRET"]
    newest = load(Settings, environment, KeyVault(vault.url, vault.access())).session.secret.get_secret_value()
    assert newest.startswith("another")


def test_a_stacks_outputs_lead_to_the_secrets(vault: LocalVault, tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({"settings": outputs(plain(PRODUCTION), vault.addresses()), "other": 1}))
    settings = load(Settings, StackOutputs(file=file, access=vault.access()))
    assert {name: as_text(value) for name, value in values_of(settings).items()} == PRODUCTION


def test_a_stacks_pinned_versions_are_what_is_read(vault: LocalVault, tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(outputs(plain(PRODUCTION), vault.addresses())))
    vault.put({"SESSION_SECRET": "another-wU1nZ8kR4tY6mQ2xC9vB7jH5gF3d"})
    settings = load(Settings, StackOutputs(file=file, access=vault.access()))
    assert settings.session.secret.get_secret_value() == PRODUCTION_SECRETS["SESSION_SECRET"]


@pytest.mark.parametrize("value", ["pässwörd 💧", "two\nlines", "é" * 12_500, "tab\there", "'\"`$#\\"])
def test_any_text_comes_back_as_it_was_stored(vault: LocalVault, value: str) -> None:
    vault.put({"KEY_TEXT": value})
    assert load(Keys, KeyVault(vault.url, vault.access())).key.text.get_secret_value() == value


def test_a_vault_that_is_not_needed_is_not_asked(vault: LocalVault) -> None:
    vault.platform.key_vault.stop()
    assert load(Settings, Environment(PRODUCTION), KeyVault(vault.url, vault.access()))


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"http://kv.example is no vault's address: write https://"):
        load(Settings, KeyVault("http://kv.example"))
