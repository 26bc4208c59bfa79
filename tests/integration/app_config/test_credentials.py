"""The ways to sign in, each by the official credential, against the local identity endpoints."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app_config import Credential, Settings, load
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_USER
from tests.integration.app_config.conftest import LocalVault
from tests.integration.key_vault.platform import GROUP, TENANT

_SIGNED_IN = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET", "AZURE_CLIENT_ID")


@pytest.fixture(autouse=True)
def _signed_out(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _SIGNED_IN:
        monkeypatch.delenv(name)


def test_the_azure_cli_speaks_for_whoever_ran_az_login(
    vault: LocalVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = vault.platform.identity
    vault.platform.roles.put(
        scope=GROUP, principal_id=identity.developer.principal_id, role_definition_id=KEY_VAULT_SECRETS_USER
    )
    said = {
        "accessToken": identity.token_for(identity.developer),
        "expires_on": 4_000_000_000,
        "expiresOn": "2096-10-02 07:06:40.000000",
        "tenant": TENANT,
        "tokenType": "Bearer",
    }
    # The CLI itself is Microsoft's; what it prints is what counts here.
    script = tmp_path / "bin" / "az"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(said)}\nEND\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    assert load(Settings, *vault.sources(credential=Credential.AUTO))


def test_an_application_signs_in_with_its_password(vault: LocalVault, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = vault.platform.identity
    deployer = identity.deployer
    vault.platform.roles.put(scope=GROUP, principal_id=deployer.principal_id, role_definition_id=KEY_VAULT_SECRETS_USER)
    identity.principals.add_password(deployer.client_id, "a password", key_id="33333333-3333-3333-3333-333333333333")
    for name, value in {
        "AZURE_TENANT_ID": deployer.tenant_id,
        "AZURE_CLIENT_ID": deployer.client_id,
        "AZURE_CLIENT_SECRET": "a password",
        "AZURE_AUTHORITY_HOST": identity.authority,
        "REQUESTS_CA_BUNDLE": str(vault.platform.ca.ca_file),
    }.items():
        monkeypatch.setenv(name, value)
    assert load(Settings, *vault.sources(credential=Credential.AUTO))


def test_a_managed_identity_is_found_by_what_the_platform_sets(
    vault: LocalVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = vault.platform.identity_of("reader", KEY_VAULT_SECRETS_USER)
    endpoint = vault.platform.identity.endpoint_for("reader", [reader.resource_id or ""])
    for name, value in {**endpoint, "AZURE_CLIENT_ID": reader.client_id}.items():
        monkeypatch.setenv(name, value)
    assert load(Settings, *vault.sources(credential=Credential.AUTO))
