"""
How to reach vaults: identity, certificates, limits, and what to fall back on.

Used by every source that ends at a vault: the vault itself, and a stack's references to secrets.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app_config.problems import Problem
from app_config.snapshot import Snapshot, SnapshotError
from app_config.sources.source import Answer, Given
from app_config.vault.addresses import SecretAddress
from app_config.vault.credentials import Credential, CredentialChoiceError, make
from app_config.vault.fetching import fetch
from app_config.vault.outcomes import Failed, Failure, Fetched, Outcome

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_log = logging.getLogger("app_config")


@dataclass(frozen=True, kw_only=True)
class VaultAccess:
    """
    How vaults are reached.

    Args:
        credential: how to sign in to Azure, or an official credential object.
        time_limit_s: for all secrets together, token included.
        in_flight: requests at the same time.
        ca_file: certificates to trust, in PEM, in place of the usual ones; for the local cloud.
        snapshot: last good values for the time when the vault does not answer.
    """

    credential: Credential | TokenCredential = Credential.AUTO
    time_limit_s: float = 15.0
    in_flight: int = 16
    ca_file: Path | None = None
    snapshot: Snapshot | None = None

    def fetch(self, addresses: Mapping[str, SecretAddress], *, snapshots: bool) -> Answer:
        """
        The secrets of variables.

        Args:
            addresses: variable name to secret.
            snapshots: whether last good values may be used.
        """
        if not addresses:
            return Answer()
        outcomes = self._outcomes(list(addresses.values()))
        failed = {name: each for name, address in addresses.items() if isinstance(each := outcomes[address], Failed)}
        given = {
            name: Given(each.value, str(address))
            for name, address in addresses.items()
            if isinstance(each := outcomes[address], Fetched)
        }
        keep = None if failed else self._keeper({addresses[name]: each for name, each in given.items()})
        problems: list[Problem] = []
        if snapshots and self.snapshot and any(each.failure.passing for each in failed.values()):
            passing = {name: addresses[name] for name, each in failed.items() if each.failure.passing}
            stood_in, problem = _from_snapshot(self.snapshot, passing, failed)
            given |= stood_in
            failed = {name: each for name, each in failed.items() if name not in stood_in}
            problems += [problem] if problem else []
        return Answer(
            given=given,
            problems=(
                *(
                    Problem(name, str(addresses[name]), each.text)
                    for name, each in failed.items()
                    if each.failure is not Failure.MISSING
                ),
                *problems,
            ),
            absent={name: each.text for name, each in failed.items() if each.failure is Failure.MISSING},
            keep=keep,
        )

    def _outcomes(self, addresses: list[SecretAddress]) -> Mapping[SecretAddress, Outcome]:
        from app_config.vault.clients import Clients  # noqa: PLC0415  brings the Azure SDK

        try:
            credential = self.token_credential()
        except CredentialChoiceError as error:
            return dict.fromkeys(addresses, Failed(Failure.REFUSED, f"could not be read: {error}"))
        clients = Clients(credential, connections=self.in_flight, ca_file=self.ca_file)
        try:
            return fetch(addresses, clients, in_flight=self.in_flight, time_limit_s=self.time_limit_s)
        finally:
            clients.close()

    def token_credential(self) -> TokenCredential:
        """
        The official credential.

        Raises:
            CredentialChoiceError: what the choice needs is not there.
        """
        if isinstance(self.credential, Credential):
            return make(self.credential, time_limit_s=self.time_limit_s)
        return self.credential

    def _keeper(self, given: Mapping[SecretAddress, Given]) -> Callable[[], None] | None:
        snapshot = self.snapshot
        if snapshot is None:
            return None

        def keep() -> None:
            try:
                snapshot.save({str(address): each.text for address, each in given.items()})
            except (OSError, SnapshotError) as error:
                _log.warning("The last good settings were not kept in %s: %s", snapshot.file, error)

        return keep


def _from_snapshot(
    snapshot: Snapshot, addresses: Mapping[str, SecretAddress], failed: Mapping[str, Failed]
) -> tuple[dict[str, Given], Problem | None]:
    """Last good values, and what is wrong with the snapshot itself."""
    try:
        saved = snapshot.load()
    except SnapshotError as error:
        return {}, Problem(None, str(snapshot.file), str(error))
    origin = f"{snapshot.file}, saved {saved.age_s / 60:.0f} minutes ago"
    found = {
        name: Given(saved.values[str(address)], origin)
        for name, address in addresses.items()
        if str(address) in saved.values
    }
    for name in found:
        _log.warning("%s is the last good value, %.0f minutes old: it %s", name, saved.age_s / 60, failed[name].text)
    return found, None
