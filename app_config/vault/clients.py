"""
One official client a vault, all with one credential: the only place that imports the Azure SDK to talk to a vault.

Retrying is switched off in the clients, because `fetching` retries for all requests together within one time limit.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr

from app_config.vault.addresses import SecretAddress
from app_config.vault.local_audience import LocalAudience, is_local
from app_config.vault.outcomes import Failed, Failure, Fetched, Outcome, failed

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.keyvault.secrets import KeyVaultSecret, SecretClient

# Clocks differ a little; within this, a secret counts as not yet expired and as valid already.
_CLOCK_SKEW_S = 300


class SecretReader(Protocol):
    """Reads one secret, once."""

    def read(self, address: SecretAddress, *, timeout_s: float) -> Outcome:
        """The value, or why there is none; never raises."""
        ...


class Clients:
    """
    Reads secrets by `azure-keyvault-secrets`; safe to use from any thread.

    Args:
        credential: asked for one token, which all requests share.
        connections: how many requests are in flight at once.
        ca_file: certificates to trust, in PEM, in place of the usual ones.
    """

    def __init__(self, credential: TokenCredential, *, connections: int, ca_file: Path | None = None) -> None:
        self._credential = credential
        self._connections = connections
        self._ca_file = ca_file
        self._clients: dict[str, SecretClient] = {}
        self._lock = threading.Lock()

    def read(self, address: SecretAddress, *, timeout_s: float) -> Outcome:
        """See `SecretReader.read`."""
        try:
            # Azure allows no version to be empty but takes None for the current one.
            found = self.of(address.vault).get_secret(
                address.name, address.version, connection_timeout=timeout_s, read_timeout=timeout_s
            )
        except Exception as error:  # noqa: BLE001  whatever the SDK raises becomes a sentence
            return failed(error, address)
        return _valid(found, address)

    def of(self, vault: str) -> SecretClient:
        """The client of a vault."""
        with self._lock:
            if vault not in self._clients:
                self._clients[vault] = self._make(vault)
            return self._clients[vault]

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients = {}

    def _make(self, vault: str) -> SecretClient:
        import requests  # noqa: PLC0415  slow to import, as the two below
        from azure.core.pipeline.transport import RequestsTransport  # noqa: PLC0415
        from azure.keyvault.secrets import SecretClient  # noqa: PLC0415
        from requests.adapters import HTTPAdapter  # noqa: PLC0415

        local = is_local(vault)
        session = requests.Session()
        session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=self._connections, max_retries=0))
        return SecretClient(
            vault,
            LocalAudience(self._credential, vault) if local else self._credential,
            transport=RequestsTransport(
                session=session, connection_verify=str(self._ca_file) if self._ca_file else True
            ),
            retry_total=0,
            logging_enable=False,
            # No resource is a parent domain of `localhost`, which the local cloud's vault has for a name where
            # `*.localhost` does not resolve. There `LocalAudience` decides instead.
            verify_challenge_resource=not local,
        )


def _valid(found: KeyVaultSecret, address: SecretAddress) -> Outcome:
    """Key Vault hands out expired secrets; we do not."""
    now = datetime.now(UTC).timestamp()
    expires, begins = found.properties.expires_on, found.properties.not_before
    if expires is not None and expires.timestamp() < now - _CLOCK_SKEW_S:
        return Failed(
            Failure.EXPIRED,
            f"expired in {address.vault} at {expires:%Y-%m-%d %H:%M} UTC: store a new version of {address.name}",
        )
    if begins is not None and begins.timestamp() > now + _CLOCK_SKEW_S:
        return Failed(
            Failure.EXPIRED,
            f"is not valid in {address.vault} before {begins:%Y-%m-%d %H:%M} UTC: wait, or check this machine's clock",
        )
    if found.value is None:
        return Failed(Failure.MISSING, f"has no value in {address.vault}: store {address.name} there")
    return Fetched(SecretStr(found.value), found.properties.version or "")
