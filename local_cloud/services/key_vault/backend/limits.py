"""
What Key Vault accepts as a secret.

Sources: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates,
https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from local_cloud.services.key_vault.backend import refusals

_NAME: Final = re.compile(r"[0-9a-zA-Z-]{1,127}")
VALUE_BYTES: Final = 25_600
_TAGS: Final = 15
_TAG_CHARACTERS: Final = 256
_CONTENT_TYPE_CHARACTERS: Final = 255


def check_name(name: str) -> None:
    """Refuse a name with anything but letters, digits and hyphens (an underscore, mostly)."""
    if not _NAME.fullmatch(name):
        raise refusals.bad_parameter(f"The request URI contains an invalid name: {name}")


def check_value(value: str) -> None:
    """Refuse a value over 25 KiB."""
    size = len(value.encode())
    if size > VALUE_BYTES:
        raise refusals.bad_parameter(f"The secret value has {size} bytes, the most allowed is {VALUE_BYTES}.")


def check_properties(content_type: str | None, tags: Mapping[str, str] | None) -> None:
    """Refuse too many or too long tags, and a too long content type."""
    if content_type is not None and len(content_type) > _CONTENT_TYPE_CHARACTERS:
        raise refusals.bad_parameter(
            f"The content type has {len(content_type)} characters, the most allowed is {_CONTENT_TYPE_CHARACTERS}."
        )
    if tags is None:
        return
    if len(tags) > _TAGS:
        raise refusals.bad_parameter(f"The secret has {len(tags)} tags, the most allowed is {_TAGS}.")
    for name, value in tags.items():
        if len(name) > _TAG_CHARACTERS or len(value) > _TAG_CHARACTERS:
            raise refusals.bad_parameter(
                f"The tag {name[:40]} or its value is longer than {_TAG_CHARACTERS} characters."
            )
