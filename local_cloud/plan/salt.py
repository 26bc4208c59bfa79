"""The encryption salt of a throwaway stack, as Pulumi's passphrase provider writes it."""

from __future__ import annotations

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Final

# Every command that knows of a stack imports this module, and few encrypt.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_WORD: Final = b"pulumi"
_ROUNDS: Final = 1_000_000  # Pulumi's own; anything else does not decrypt


def new_salt(passphrase: str = "") -> str:
    """
    A fresh `encryptionsalt`: the salt, and the word `pulumi` encrypted with the key that it and the passphrase give.

    The format is Pulumi's (`v1:SALT:v1:NONCE:CIPHERTEXT`, base64; AES-256-GCM, PBKDF2-HMAC-SHA256).
    """
    salt, nonce = os.urandom(8), os.urandom(12)
    sealed = _cipher(passphrase, salt).encrypt(nonce, _WORD, None)
    return ":".join(("v1", _base64(salt), "v1", _base64(nonce), _base64(sealed)))


def belongs_to(encryption_salt: str, passphrase: str) -> bool:
    """Whether a salt was made with a passphrase; takes as long as making it did, a sixth of a second."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above

    try:
        _, salt, _, nonce, sealed = encryption_salt.strip().split(":")
        opened = _cipher(passphrase, base64.b64decode(salt)).decrypt(
            base64.b64decode(nonce), base64.b64decode(sealed), None
        )
    except (ValueError, InvalidTag):
        return False
    return opened == _WORD


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  as above

    return AESGCM(hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ROUNDS, 32))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
