"""
Tokens for a vault at `localhost` are for the local cloud's vaults and for nothing else.

The official client checks that the resource in a vault's challenge is a parent domain of the vault's host, so that a server that
only poses as a vault gets no token that is worth anything elsewhere. `localhost` has no parent domain, so the check is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

_LOCAL: Final = frozenset({"localhost", "127.0.0.1"})


class AudienceRefused(Exception):  # noqa: N818  says what happened
    """
    What answers at `localhost` asked for a token that a local vault has no use for.

    Attributes:
        asked: the scopes.
        expected: the only one there is a token for.
    """

    def __init__(self, asked: tuple[str, ...], expected: str) -> None:
        super().__init__(f"a token was asked for {' '.join(asked) or 'nothing'}, and only one for {expected} is given")
        self.asked = asked
        self.expected = expected


class LocalAudience:
    """
    A credential that asks another one for tokens of one local vault, and for no others.

    Args:
        credential: asked for the tokens.
        vault: the vault's address.
    """

    def __init__(self, credential: TokenCredential, vault: str) -> None:
        self._credential = credential
        port = urlsplit(vault).port
        self._scope = f"https://vault.localhost{f':{port}' if port else ''}/.default"

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """
        The token for the vault.

        Raises:
            AudienceRefused: it is for something else.
        """
        if scopes != (self._scope,):
            raise AudienceRefused(scopes, self._scope)
        return self._credential.get_token(*scopes, **options)


def is_local(vault: str) -> bool:
    """Whether a vault's address names this machine and no vault."""
    return urlsplit(vault).hostname in _LOCAL
