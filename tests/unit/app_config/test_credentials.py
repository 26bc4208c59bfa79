"""Which way to sign in is taken, without probing."""

from __future__ import annotations

import pytest

from app_config import Credential, KeyVault, Settings, SettingsError, VaultAccess, load
from app_config.vault.addresses import SecretAddress, parse_address, parse_vault
from app_config.vault.credentials import CredentialChoiceError, choose, make


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "IDENTITY_ENDPOINT",
        "MSI_ENDPOINT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")


@pytest.mark.parametrize(
    ("environ", "credential"),
    [
        ({"AZURE_FEDERATED_TOKEN_FILE": "/f", "IDENTITY_ENDPOINT": "x"}, Credential.WORKLOAD_IDENTITY),
        ({"IDENTITY_ENDPOINT": "x", "AZURE_CLIENT_SECRET": "s"}, Credential.MANAGED_IDENTITY),
        ({"AZURE_CLIENT_SECRET": "s"}, Credential.CLIENT_SECRET),
        ({}, Credential.CLI),
    ],
)
def test_the_platforms_variables_decide(environ: dict[str, str], credential: Credential) -> None:
    assert choose(environ) is credential


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Credential.AUTO, "run `az login`"),
        (Credential.CLI, "the Azure CLI is not on PATH"),
        (Credential.WORKLOAD_IDENTITY, "needs AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE"),
        (Credential.CLIENT_SECRET, "needs AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET"),
    ],
)
def test_a_way_that_is_not_there_says_what_it_needs(choice: Credential, said: str) -> None:
    with pytest.raises(CredentialChoiceError, match=said):
        make(choice, time_limit_s=1)


def test_every_secret_says_that_there_is_nobody_to_ask_as() -> None:
    access = VaultAccess(credential=Credential.CLI)
    with pytest.raises(SettingsError) as caught:
        load(Settings, KeyVault("https://kv.vault.azure.net", access))
    found = {problem.variable: problem.text for problem in caught.value.problems}
    assert found["SESSION_SECRET"].startswith("could not be read: the Azure CLI is not on PATH")


def test_an_address_is_read_and_written() -> None:
    uri = "https://kv.vault.azure.net/secrets/DATABASE-URL/0123"
    assert parse_address(uri) == SecretAddress("https://kv.vault.azure.net", "DATABASE-URL", "0123")
    assert str(parse_address(uri)) == uri


@pytest.mark.parametrize(
    "uri",
    [
        "http://kv/secrets/A",
        "https://kv/keys/A",
        "https://kv/secrets",
        "https://kv/secrets/A_B",
        "x",
        "https:///secrets/A",
    ],
)
def test_what_is_no_address_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no "):
        parse_address(uri)


@pytest.mark.parametrize("url", ["http://kv", "https://", "https://kv/x", "https://me@kv", "kv"])
def test_what_is_no_vault_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no vault's address"):
        parse_vault(url)


def test_a_slash_after_a_vaults_address_is_forgiven() -> None:
    assert parse_vault("https://kv.vault.azure.net/") == "https://kv.vault.azure.net"
