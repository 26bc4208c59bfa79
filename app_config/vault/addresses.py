"""Where a secret is: vault, name, and a version when one is pinned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_NAME: Final = re.compile(r"[0-9A-Za-z-]{1,127}")


@dataclass(frozen=True)
class SecretAddress:
    """
    A secret in Key Vault.

    Attributes:
        vault: `https://NAME.vault.azure.net`, without a slash at the end.
        name: letters, digits and hyphens.
        version: None for the current one.
    """

    vault: str
    name: str
    version: str | None = None

    def __str__(self) -> str:
        """The address as Azure writes it."""
        return "/".join(part for part in (self.vault, "secrets", self.name, self.version) if part)


def parse_vault(url: str) -> str:
    """
    A vault's address, without a slash at the end.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or "@" in parts.netloc:
        raise ValueError("is no vault's address: write https://NAME.vault.azure.net")
    return f"https://{parts.netloc}"


def parse_address(uri: str) -> SecretAddress:
    """
    The secret that an address names.

    Args:
        uri: `https://VAULT/secrets/NAME` or `https://VAULT/secrets/NAME/VERSION`.

    Raises:
        ValueError: it is no such address.
    """
    parts = urlsplit(uri)
    path = parts.path.strip("/").split("/")
    if parts.scheme != "https" or len(path) not in {2, 3} or path[0] != "secrets" or not _NAME.fullmatch(path[1]):
        raise ValueError("is no secret's address: it should read https://VAULT/secrets/NAME[/VERSION]")
    return SecretAddress(parse_vault(f"https://{parts.netloc}"), path[1], path[2] if len(path) == 3 else None)
