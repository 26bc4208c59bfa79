"""
What the platform remembers of apps, jobs and certificates, so that a later daemon goes on where this one ended.

Declarations and resolved secrets hold passwords: they are sealed with a key that only this user can read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.files.sealing import Seal, UnsealableError
from local_cloud.services.container_apps.backend.errors import made_anew
from local_cloud.services.container_apps.backend.revision import Numbers
from local_cloud.services.container_apps.backend.spec import AppSpec, Override, Template

RevisionState = Literal["Provisioning", "Running", "Failed", "Stopped"]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RevisionRecord:
    """One revision, with the template it was made from."""

    name: str
    template: Template
    created: float
    state: RevisionState
    reason: str | None = None
    numbers: Numbers = field(default_factory=Numbers)


@dataclass(frozen=True, kw_only=True)
class AppRecord:
    """
    One app.

    Attributes:
        revisions: oldest first.
        latest_ready: the revision that traffic for the latest one goes to.
        secrets: values by name, as they were resolved last.
    """

    spec: AppSpec
    revisions: tuple[RevisionRecord, ...] = ()
    latest_ready: str | None = None
    secrets: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    override: Override | None = None

    def revision(self, name: str | None) -> RevisionRecord | None:
        """A revision by name."""
        return next((each for each in self.revisions if each.name == name), None)

    @property
    def latest(self) -> RevisionRecord | None:
        """The revision that was made last, whatever became of it."""
        return max(self.revisions, key=lambda each: each.created, default=None)


class Sealed(Generic[T]):
    """
    Records of one kind, a sealed file each.

    Args:
        directory: holds the files.
        kind: the class of the records.
        seal: closes and opens them.
    """

    def __init__(self, directory: Path, kind: type[T], seal: Seal) -> None:
        self._directory = directory
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._seal = seal

    def put(self, name: str, record: T) -> None:
        """Keep a record, replacing the one of the same name."""
        content = self._adapter.dump_json(record)
        write_private(self._file(name), self._seal.close(content, bound_to=self._place(name)))

    def remove(self, name: str) -> None:
        """Forget a record; an unknown name is fine."""
        self._file(name).unlink(missing_ok=True)

    def all(self) -> Iterator[tuple[str, T]]:
        """
        Every record by name.

        Raises:
            BackendError: one is damaged.
        """
        for file in sorted(self._directory.glob("*.sealed")):
            name = file.stem
            try:
                content = self._seal.open(file.read_bytes(), bound_to=self._place(name))
                yield name, self._adapter.validate_json(content)
            except ValidationError as error:
                why = f"was written by another version ({error.error_count()} fields differ)"
                raise BackendError(f"{file} {why}; {made_anew(file)}") from None
            except UnsealableError:
                raise BackendError(f"{file} is damaged; {made_anew(file)}") from None

    def _file(self, name: str) -> Path:
        return self._directory / f"{name}.sealed"

    def _place(self, name: str) -> str:
        kind: Any = self._directory.name
        return f"{kind}/{name}"
