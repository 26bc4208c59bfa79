"""
Secrets by their names in one vault.

Only the secrets of the contract are asked for, one by one: the identity needs to get secrets and not to list them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app_config.problems import Problem
from app_config.sources.source import Answer, Precedence, Request
from app_config.vault.access import VaultAccess
from app_config.vault.addresses import SecretAddress, parse_vault


@dataclass(frozen=True)
class KeyVault:
    """
    A vault that has the secrets of the contract under the contract's names (`DATABASE-URL`).

    Args:
        url: `https://NAME.vault.azure.net`.
        access: identity, limits, and what to fall back on.
        versions: variables whose secret is pinned to a version.
    """

    url: str
    access: VaultAccess = field(default_factory=VaultAccess)
    versions: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def precedence(self) -> Precedence:
        """After dotenv files."""
        return Precedence.KEY_VAULT

    @property
    def origin(self) -> str:
        """The source in words."""
        return self.url

    def answer(self, request: Request) -> Answer:
        """See `Source.answer`."""
        try:
            vault = parse_vault(self.url)
        except ValueError as error:
            return Answer(problems=(Problem(None, "Key Vault", f"{self.url} {error}"),))
        return self.access.fetch(
            {
                variable.env: SecretAddress(vault, variable.vault_name, self.versions.get(variable.env))
                for variable in request.wanted
                if variable.secret
            },
            snapshots=request.snapshots,
        )
