"""The cloud that the providers of a daemon serve: its records, its parts, and the stacks that may use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_cloud.parts import Parts
from local_cloud.records import SealedRecords


@dataclass(frozen=True)
class LocalCloud:
    """
    A running local cloud.

    Attributes:
        stack: the one stack, `PROJECT/STACK`, for which it makes, changes and deletes anything.
        apps: what the platform calls the apps, by the names that people use.
        checkpoint: where the engine keeps the stack's state.
    """

    records: SealedRecords
    parts: Parts
    stack: str
    apps: Mapping[str, str]
    checkpoint: Path

    def is_in_state(self, resource_id: str) -> bool:
        """Whether the engine's state holds the resource."""
        try:
            latest = json.loads(self.checkpoint.read_bytes())["checkpoint"]["latest"]
        except (FileNotFoundError, ValueError, KeyError):
            return False
        return any(each.get("id") == resource_id for each in latest.get("resources") or ())

    def serves(self, urn: str) -> bool:
        """Whether the resource is one of its stack's: previews are answered for every stack, the rest for this one only."""
        own_stack, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
        return f"{rest.partition('::')[0]}/{own_stack}" == self.stack
