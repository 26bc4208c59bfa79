"""A whole vault on this machine: authority, identity, roles and data plane, and the official clients pointed at it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken
from azure.keyvault.secrets import SecretClient

from local_cloud.runtime.network.ports import free_port
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.identity.backend import Identity, Principal
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_ADMINISTRATOR, RoleAssignments
from local_cloud.services.key_vault.backend import KeyVault, Vault

TENANT = "11111111-1111-1111-1111-111111111111"
GROUP = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-ignition"


@dataclass(frozen=True)
class FixedToken:
    """A credential that always has the same token, so that a test can bring a bad one."""

    token: str

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(self.token, 4_000_000_000)


class Platform:
    """The parts, and shortcuts to put them to use as an app, a developer or a provider would."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.directory = directory
        self.ports = (free_port(), free_port(), free_port())
        self._stack = stack
        self.open()

    def open(self) -> None:
        """Start everything from what the directory holds."""
        self.ca = LocalCA(self.directory / "ca")
        self.roles = RoleAssignments(self.directory / "roles.sqlite")
        identity_port, authority_port, vault_port = self.ports
        self.identity = Identity(
            self.directory / "identity", ca=self.ca, port=identity_port, authority_port=authority_port, tenant_id=TENANT
        )
        self.key_vault = KeyVault(
            self.directory / "key-vault", ca=self.ca, port=vault_port, tokens=self.identity.tokens, roles=self.roles
        )
        self.identity.start()
        self.key_vault.start()

    def close(self) -> None:
        """Stop everything; the directory keeps it."""
        self.key_vault.close()
        self.identity.close()
        self.roles.close()

    def vault(self, name: str = "kv-ignition", **options: Any) -> Vault:
        """Create a vault."""
        return self.key_vault.vaults.create(
            name,
            resource_id=f"{GROUP}/providers/Microsoft.KeyVault/vaults/{name}",
            tenant_id=TENANT,
            location="westeurope",
            **options,
        )

    def identity_of(self, name: str, role: str | None = None, scope: str = GROUP) -> Principal:
        """Register a managed identity, with a role when one is named."""
        number = sum(name.encode())
        principal = self.identity.principals.register(
            f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}",
            f"{number:08x}-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
            f"{number:08x}-bbbb-bbbb-bbbb-bbbbbbbbbbbb",
            TENANT,
        )
        if role is not None:
            self.roles.put(scope=scope, principal_id=principal.principal_id, role_definition_id=role)
        return principal

    def client(self, credential: Any, vault: str = "kv-ignition", **options: Any) -> SecretClient:
        """The official client, verifying TLS against the local authority."""
        client = SecretClient(
            vault_url=options.pop("vault_url", self.key_vault.uri(vault)),
            credential=credential,
            connection_verify=str(self.ca.ca_file),
            **{"retry_backoff_factor": 0.01, **options},
        )
        return self._stack.enter_context(client)

    def token_client(self, principal: Principal, vault: str = "kv-ignition", **options: Any) -> SecretClient:
        """The official client, with a token of somebody."""
        return self.client(FixedToken(self.identity.token_for(principal)), vault, **options)

    def administrator(self, vault: str = "kv-ignition", **options: Any) -> SecretClient:
        """The official client of somebody who may do everything."""
        return self.token_client(self.identity_of("administrator", KEY_VAULT_ADMINISTRATOR), vault, **options)
