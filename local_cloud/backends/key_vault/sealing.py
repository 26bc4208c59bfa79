"""
Values at rest: AES-256-GCM with a key in a file of its own, so that the database alone gives nothing away.

Each sealed value is bound to where it belongs; moved to another secret or version it cannot be opened.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from local_cloud.backends.private_files import load_or_create_key
from local_cloud.backends.sqlite_file import StateDamaged

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Seal:
    """
    Seals and opens values.

    Args:
        key_file: 32 random bytes, mode 0600; made when it is missing.

    Raises:
        StateDamaged: the file is no such key.
    """

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        key = load_or_create_key(key_file, _KEY_BYTES)
        if len(key) != _KEY_BYTES:
            raise StateDamaged(f"{key_file} is not a key of {_KEY_BYTES} bytes: restore it, or reset the local cloud.")
        self.fingerprint = hashlib.sha256(b"fingerprint of " + key).hexdigest()[:16]
        self._cipher = AESGCM(key)

    def close(self, plain: bytes, belongs_to: str) -> bytes:
        """The sealed value."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> bytes:
        """
        The value.

        Raises:
            StateDamaged: it was sealed with another key or for another place, or it was changed.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], belongs_to.encode())
        except InvalidTag as error:
            raise StateDamaged(f"a sealed value ({belongs_to}) cannot be opened with {self._key_file}") from error
