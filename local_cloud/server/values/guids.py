"""GUIDs: their form, and ones that the same parts always give, for ids that a cloud would make up."""

from __future__ import annotations

import uuid
from typing import Final

GUID: Final = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def stable_guid(*parts: str) -> str:
    """The same GUID for the same parts."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(parts)))
