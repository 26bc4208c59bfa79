"""A whole vault on this machine, with the secrets of the contract in it, and an identity that may read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app_config import Credential, Environment, KeyVault, VaultAccess
from local_cloud.runtime.network.faults import FaultKind
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_OFFICER, KEY_VAULT_SECRETS_USER
from local_cloud.services.key_vault.backend import Properties
from tests.integration.key_vault.platform import Platform
from tests.unit.app_config.samples import PRODUCTION, PRODUCTION_SECRETS, plain


@dataclass(frozen=True)
class LocalVault:
    """The vault, and the ways that a test meddles with it."""

    platform: Platform

    @property
    def url(self) -> str:
        return self.platform.key_vault.uri("kv-ignition")

    def put(self, secrets: Mapping[str, str], properties: Properties | None = None) -> None:
        """Store secrets by variable name."""
        vault = self.platform.key_vault.vaults.get("kv-ignition")
        for name, value in secrets.items():
            self.platform.key_vault.secrets.put(vault, name.replace("_", "-"), value, properties or Properties())

    def change(self, name: str, **properties: Any) -> None:
        """Change the properties of a secret's current version."""
        vault = self.platform.key_vault.vaults.get("kv-ignition")
        self.platform.key_vault.secrets.update(vault, name.replace("_", "-"), None, Properties(**properties))

    def delete(self, name: str) -> None:
        """Delete a secret."""
        vault = self.platform.key_vault.vaults.get("kv-ignition")
        self.platform.key_vault.secrets.delete(vault, name.replace("_", "-"))

    def address(self, name: str, *, version: bool = True) -> str:
        """The address of a secret's current version, or without one."""
        vault = self.platform.key_vault.vaults.get("kv-ignition")
        secret = self.platform.key_vault.secrets.read(vault, name.replace("_", "-"))
        return self.platform.key_vault.secret_uri("kv-ignition", secret, version=version)

    def addresses(self) -> dict[str, str]:
        """The addresses of all secrets of the contract."""
        return {name: self.address(name) for name in PRODUCTION_SECRETS}

    def trouble(self, kind: FaultKind, **options: Any) -> None:
        """Let the vault misbehave."""
        self.platform.key_vault.faults.add(kind, **options)

    def access(self, **options: Any) -> VaultAccess:
        """How to reach it."""
        return VaultAccess(
            **{
                "credential": Credential.MANAGED_IDENTITY,
                "ca_file": self.platform.ca.ca_file,
                "time_limit_s": 30.0,
                **options,
            }
        )

    def sources(self, **options: Any) -> tuple[Environment, KeyVault]:
        """The environment with what is no secret, and the vault with what is."""
        return Environment(plain(PRODUCTION)), KeyVault(self.url, self.access(**options))


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalVault]:
    """The vault, and this process signed in as an app that may read it."""
    with ExitStack() as stack:
        platform = Platform(tmp_path / "platform", stack)
        try:
            platform.vault()
            made = LocalVault(platform)
            made.put(PRODUCTION_SECRETS)
            become(platform, monkeypatch, "reader", KEY_VAULT_SECRETS_USER)
            yield made
        finally:
            stack.close()
            platform.close()


@pytest.fixture
def officer(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process signed in as somebody who may change secrets."""
    become(vault.platform, monkeypatch, "officer", KEY_VAULT_SECRETS_OFFICER)


@pytest.fixture
def stranger(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> str:
    """This process signed in as somebody without a role; the object id."""
    return become(vault.platform, monkeypatch, "stranger", None)


def become(platform: Platform, monkeypatch: pytest.MonkeyPatch, name: str, role: str | None) -> str:
    """Sign this process in as an app on Container Apps is, with a managed identity."""
    identity = platform.identity_of(name, role)
    endpoint = platform.identity.endpoint_for(name, [identity.resource_id or ""])
    for variable, value in {**endpoint, "AZURE_CLIENT_ID": identity.client_id}.items():
        monkeypatch.setenv(variable, value)
    return identity.principal_id
