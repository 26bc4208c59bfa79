"""
The Key Vault part: vaults and secrets for the providers, and the data plane that the official SDKs talk to.

Principals and tokens are `identity`'s, roles `role_assignments`'.
"""

from __future__ import annotations

import functools
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from local_cloud.runtime.network.asgi_server import AsgiServer
from local_cloud.runtime.network.browser_guard import LOOPBACK_NAMES, BrowserGuard
from local_cloud.runtime.network.faults import Fault, FaultKind, Faults
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.identity.backend import Tokens
from local_cloud.services.identity.backend.role_assignments import RoleAssignments
from local_cloud.services.key_vault.backend import refusals
from local_cloud.services.key_vault.backend.data_plane import data_plane
from local_cloud.services.key_vault.backend.database import open_database
from local_cloud.services.key_vault.backend.gate import Gate
from local_cloud.services.key_vault.backend.operations import GET_SECRET
from local_cloud.services.key_vault.backend.secret import Secret
from local_cloud.services.key_vault.backend.secrets import Secrets
from local_cloud.services.key_vault.backend.vaults import Vault, Vaults

DOMAIN: Final = "vault.localhost"


@dataclass(frozen=True, kw_only=True)
class SecretAddress:
    """
    What a secret's address (`https://VAULT/secrets/NAME[/VERSION]`) names.

    Attributes:
        version: None for the current one.
    """

    vault: Vault
    name: str
    version: str | None


class KeyVault:
    """
    All vaults of a state directory, behind one port.

    A vault answers at `https://NAME.vault.localhost:PORT`, and, because `*.localhost` does not resolve on every
    machine, the only vault there is answers at `https://localhost:PORT` too. (The official clients need
    `verify_challenge_resource=False` there: no resource is a parent domain of `localhost`.)

    Args:
        directory: where secrets, their sealing key and the certificate are kept.
        ca: signs the certificate.
        port: of the data plane, on 127.0.0.1.
        tokens: verifies tokens.
        roles: who may do what.
        clock: the time in seconds since 1970, for tests.

    Attributes:
        vaults: the vaults, for the resource manager's side.
        secrets: their secrets, for the same; no role is asked for.
        faults: trouble on demand.
    """

    def __init__(
        self,
        directory: Path,
        *,
        ca: LocalCA,
        port: int,
        tokens: Tokens,
        roles: RoleAssignments,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._ca = ca
        self._port = port
        self._database = open_database(directory)
        self.vaults = Vaults(self._database, clock)
        self.secrets = Secrets(self._database, clock)
        self.faults = Faults(changed=self._faults_changed)
        self._names = [DOMAIN, f"*.{DOMAIN}", "localhost", "127.0.0.1", "::1"]
        self._certificate = ca.issue(self._names, directory=directory / "tls")
        self._gate = Gate(tokens, roles, f"https://{DOMAIN}:{port}")
        app = BrowserGuard(data_plane(self._vault_at, self.secrets, self._gate, self.faults), domain=DOMAIN)
        self._roles = roles
        self._server = AsgiServer("key vault", app, port=port, certificate=self._certificate)

    @property
    def alive(self) -> bool:
        """Whether the data plane answers."""
        return self._server.alive

    def start(self) -> None:
        """
        Start the data plane.

        Raises:
            ServerFailed: the port is taken.
        """
        self._server.start()

    def stop(self) -> None:
        """Stop the data plane; vaults and secrets stay usable from Python, and it can be started again."""
        self._server.stop()

    def close(self) -> None:
        """Stop, and close the files."""
        self.stop()
        self._database.file.close()

    @functools.cached_property
    def by_name(self) -> bool:
        """Whether this machine resolves `*.localhost`; asked once, so that an address does not change under a stack."""
        try:
            socket.getaddrinfo(f"any.{DOMAIN}", self._port)
        except OSError:
            return False
        return True

    def uri(self, vault: str) -> str:
        """The address of a vault, by its name where this machine resolves such names."""
        return f"https://{f'{vault.lower()}.{DOMAIN}' if self.by_name else 'localhost'}:{self._port}"

    def secret_uri(self, vault: str, secret: Secret, *, version: bool = True) -> str:
        """The address of a secret, with its version or without."""
        address = f"{self.uri(vault)}/secrets/{secret.name}"
        return f"{address}/{secret.version}" if version else address

    def address(self, uri: str) -> SecretAddress:
        """
        What a secret's address names.

        Raises:
            KeyVaultRefusal: it is not a valid address, or belongs to a vault that is not here.
        """
        parts = urlsplit(uri)
        path = [part for part in parts.path.split("/") if part]
        if parts.scheme != "https" or len(path) not in {2, 3} or path[0] != "secrets":
            raise refusals.bad_parameter(
                f"{uri} is not a secret's address: write https://VAULT/secrets/NAME[/VERSION]."
            )
        return SecretAddress(
            vault=self._vault_at(parts.netloc), name=path[1], version=path[2] if len(path) == 3 else None
        )

    def get_as(self, principal_id: str, uri: str) -> Secret:
        """
        A secret by its address, as a platform fetches it in the name of an app's identity.

        Args:
            principal_id: the identity's object id.
            uri: the secret's address.

        Raises:
            KeyVaultRefusal: `Forbidden` without a role, `SecretNotFound`, `SecretDisabled`.
        """
        address = self.address(uri)
        scope = f"{address.vault.resource_id}/secrets/{address.name}"
        if not self._roles.allows(principal_id, GET_SECRET, scope):
            raise refusals.not_authorized(
                f"oid={principal_id}", GET_SECRET, scope, address.vault.name, address.vault.location
            )
        return self.secrets.get(address.vault, address.name, address.version)

    def _vault_at(self, host: str) -> Vault:
        """The vault that a Host header (or an address) means."""
        name = host.rpartition(":")[0] or host
        if name in LOOPBACK_NAMES:
            living = self.vaults.list()
            if len(living) != 1:
                known = ", ".join(f"https://{vault.name}.{DOMAIN}:{self._port}" for vault in living) or "none yet"
                raise refusals.bad_request(f"{host} names no vault, because there is not exactly one: {known}.")
            return living[0]
        return self.vaults.get(name.removesuffix(f".{DOMAIN}").removesuffix(".vault.azure.net"))

    def _faults_changed(self, standing: tuple[Fault, ...]) -> None:
        if any(fault.kind is FaultKind.EXPIRED_CERTIFICATE for fault in standing):
            past = self._ca.at(lambda: datetime.now(UTC) - timedelta(days=2))
            self._server.present(past.issue(self._names, directory=self._directory / "expired-tls", days=1))
        else:
            self._server.present(self._certificate)
