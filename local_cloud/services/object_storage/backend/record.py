"""What is kept of buckets and tokens beside the gateway's own files: JSON in the state directory, no secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import restoring, write_with_copy
from local_cloud.services.object_storage.backend.rules import CorsRule, Grant, LifecycleRule, LockRule


@dataclass
class Bucket:
    """
    One bucket.

    Attributes:
        jurisdiction: where R2 keeps it, `default` or `eu`; every call for the bucket must name the same.
        location: R2's location hint, kept as given.
    """

    name: str
    jurisdiction: str = "default"
    location: str | None = None
    storage_class: str = "Standard"
    created: datetime | None = None
    cors: tuple[CorsRule, ...] = ()
    lifecycle: tuple[LifecycleRule, ...] = ()
    locks: tuple[LockRule, ...] = ()


@dataclass
class Token:
    """A token's grants; `expires` ends it by itself."""

    grants: tuple[Grant, ...]
    expires: datetime | None = None


@dataclass
class Record:
    """All buckets by name and all tokens by id."""

    buckets: dict[str, Bucket] = field(default_factory=dict[str, Bucket])
    tokens: dict[str, Token] = field(default_factory=dict[str, Token])

    def save(self, file: Path) -> None:
        """Write it in one step."""
        write_with_copy(file, _ADAPTER.dump_json(self, indent=2))

    @classmethod
    def load(cls, file: Path) -> Record:
        """Read it; an absent one is empty."""
        try:
            return _ADAPTER.validate_json(file.read_bytes())
        except FileNotFoundError:
            return cls()
        except ValidationError as error:
            raise BackendError(f"{file} is damaged ({error.error_count()} errors); {restoring(file)}") from None


_ADAPTER = TypeAdapter(Record)
