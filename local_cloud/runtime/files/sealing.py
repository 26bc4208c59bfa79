"""
Values at rest: AES-256-GCM with a key in a file of its own, so that what lies beside it alone gives nothing away.

Each sealed value is bound to where it belongs; moved to another place it cannot be opened.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from local_cloud.runtime.files.private_files import load_or_create_key
from local_cloud.runtime.files.sqlite_file import StateDamaged

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class UnsealableError(StateDamaged):
    """A sealed value does not belong to this key or place."""


class Seal:
    """
    Seals and opens values with one key.

    Args:
        key_file: 32 random bytes, mode 0600; made when it is missing.

    Raises:
        StateDamaged: the file is not such a key.
    """

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        key = load_or_create_key(key_file, _KEY_BYTES)
        if len(key) != _KEY_BYTES:
            raise StateDamaged(
                f"{key_file} is damaged: it is not a key of {_KEY_BYTES} bytes; put the old one back, or start anew with "
                "`ignition reset`"
            )
        self.fingerprint = hashlib.sha256(b"fingerprint of " + key).hexdigest()[:16]
        self._cipher = AESGCM(key)

    def close(self, value: bytes, bound_to: str) -> bytes:
        """The value, encrypted; it opens only with the same `bound_to`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """
        The value again.

        Raises:
            UnsealableError: another key sealed it, or it was moved or changed.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
        except InvalidTag:
            raise UnsealableError(
                f"what is kept for {bound_to} cannot be opened with {self._key_file}; if the key was replaced, put the old "
                "one back, or start anew with `ignition reset`"
            ) from None
