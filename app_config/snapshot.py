"""
Last good secrets in an encrypted file, for the time when the vault does not answer.

Whether they may be used is decided where secrets are fetched; this file seals them, bounds their age, and nothing more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from pydantic import SecretStr

from app_config.private_files import write_private

_MAGIC: Final = b"app-config snapshot 1\n"
_HEADER: Final = struct.Struct(">d12s")
_KEY_BYTES: Final = 32
_CLOCK_SKEW_S: Final = 300
KEY_VARIABLE: Final = "APP_CONFIG_SNAPSHOT_KEY"


class SnapshotError(Exception):
    """The snapshot cannot be used; the message says why, and what to do."""


@dataclass(frozen=True)
class Saved:
    """
    What a snapshot holds.

    Attributes:
        values: by the secret's address.
        age_s: how long ago it was saved.
    """

    values: Mapping[str, SecretStr]
    age_s: float


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """
    An encrypted file (AES-256-GCM) of last good secrets.

    Args:
        file: its path; made with mode 0600, outside of what git would commit.
        key: 32 bytes in base64, `openssl rand -base64 32`. Keep it apart from the file; without one here, it is read from
            APP_CONFIG_SNAPSHOT_KEY.
        max_age_s: an older snapshot is refused.
        clock: the time in seconds since 1970, for tests.
    """

    file: Path
    key: SecretStr | None = None
    max_age_s: float = 24 * 3600
    clock: Callable[[], float] = field(default=time.time, repr=False)

    def save(self, values: Mapping[str, SecretStr]) -> None:
        """
        Replace the snapshot.

        Raises:
            SnapshotError: the key is none.
            OSError: the file cannot be written.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  slow to import

        header = _HEADER.pack(self.clock(), os.urandom(12))
        content = SecretStr(json.dumps({name: value.get_secret_value() for name, value in values.items()}))
        sealed = AESGCM(self._key()).encrypt(header[8:], content.get_secret_value().encode(), _MAGIC + header)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write_private(self.file, _MAGIC + header + sealed)

    def load(self) -> Saved:
        """
        Open the snapshot.

        Raises:
            SnapshotError: there is none, it is too old, from the future, damaged, or sealed with another key.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            raise SnapshotError("there are no last good settings yet: the first start needs the vault") from None
        except OSError as error:
            raise SnapshotError(f"cannot be read ({error.strerror}): correct its owner or mode") from None
        start = len(_MAGIC) + _HEADER.size
        if not content.startswith(_MAGIC) or len(content) <= start:
            raise SnapshotError("is no snapshot of this version: delete it, the next good start makes a new one")
        header, sealed = content[len(_MAGIC) : start], content[start:]
        try:
            opened = SecretStr(AESGCM(self._key()).decrypt(header[8:], sealed, _MAGIC + header).decode())
        except InvalidTag:
            raise SnapshotError(
                "cannot be opened: it is damaged or sealed with another key. Give the key it was made with, or delete it"
            ) from None
        # The time is authenticated together with the content.
        saved_at, _ = cast("tuple[float, bytes]", _HEADER.unpack(header))
        age_s = self.clock() - saved_at
        if age_s > self.max_age_s:
            raise SnapshotError(
                f"is {age_s / 3600:.1f} hours old and {self.max_age_s / 3600:.1f} are allowed: the vault is needed again"
            )
        if age_s < -_CLOCK_SKEW_S:
            raise SnapshotError("is from the future: check this machine's clock, or delete it")
        return Saved(_wrapped(opened), max(0.0, age_s))

    def _key(self) -> bytes:
        given = self.key or SecretStr(os.environ.get(KEY_VARIABLE, ""))
        key = _decoded(given)
        if key is None:
            raise SnapshotError(
                f"needs a key of 32 bytes in base64: `openssl rand -base64 32`, given as `key` or in {KEY_VARIABLE}"
            )
        return hashlib.sha256(_MAGIC + key).digest()


def _decoded(key: SecretStr) -> bytes | None:
    """The key's bytes, or None: a wrong key must not be a local variable where the refusal is raised."""
    try:
        found = base64.b64decode(key.get_secret_value(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == _KEY_BYTES else None


def _wrapped(content: SecretStr) -> dict[str, SecretStr]:
    return {str(name): SecretStr(str(value)) for name, value in json.loads(content.get_secret_value()).items()}
