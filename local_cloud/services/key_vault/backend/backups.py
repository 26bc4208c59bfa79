"""A secret with all its versions as one sealed text, and back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from local_cloud.runtime.files.sealing import Seal
from local_cloud.runtime.files.sqlite_file import StateDamaged
from local_cloud.services.key_vault.backend import refusals
from local_cloud.services.key_vault.backend.secret import Secret

_PLACE: Final = "backup"


def pack(seal: Seal, versions: Sequence[Secret]) -> str:
    """The text."""
    plain = json.dumps([asdict(version) for version in versions]).encode()
    return base64.urlsafe_b64encode(seal.close(plain, _PLACE)).rstrip(b"=").decode()


def unpack(seal: Seal, backup: str) -> list[Secret]:
    """
    The versions, oldest first.

    Raises:
        KeyVaultRefusal: `BadParameter`, the text was not made by `pack` with this key.
    """
    try:
        sealed = base64.urlsafe_b64decode(backup.encode() + b"=" * (-len(backup) % 4))
        return [Secret(**version) for version in json.loads(seal.open(sealed, _PLACE))]
    except (binascii.Error, ValueError, StateDamaged) as error:
        raise refusals.bad_parameter("Backup blob contains invalid or corrupt version.") from error
