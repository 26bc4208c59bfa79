"""Encryption at rest: one key a file that only its owner can read, AES-256-GCM, each value bound to where it belongs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from local_cloud.backends.errors import BackendError

_NONCE_BYTES: Final = 12


class UnsealableError(BackendError):
    """A sealed value does not belong to this key or place."""


class Seal:
    """
    Seals and opens values with one key.

    Args:
        key_file: the key; made with mode 0600 when it is missing.
    """

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file
        self._cipher = AESGCM(_key(key_file))

    def close(self, value: bytes, *, bound_to: str) -> bytes:
        """The value, encrypted; it opens only with the same `bound_to`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> bytes:
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


def _key(file: Path) -> bytes:
    """The key, made once: whoever comes second reads what the first one wrote."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(descriptor, "wb") as handle:
        key = AESGCM.generate_key(256)
        handle.write(key)
        handle.flush()
        os.fsync(handle.fileno())
    return key
