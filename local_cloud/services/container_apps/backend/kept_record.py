"""What is known of one app, changed in memory and kept for the next daemon; the oldest revisions and logs are forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.container_apps.backend.processes.app_context import AppContext
from local_cloud.services.container_apps.backend.revision import RunningRevision
from local_cloud.services.container_apps.backend.state import AppRecord, RevisionRecord

_LOGS_KEPT: Final = 20


class KeptRecord:
    """
    The record of an app; its callers take turns.

    Args:
        record: what is known so far.
        context: where it is kept, and where the logs are.

    Attributes:
        record: the current one; nothing is on disk before `keep`.
    """

    def __init__(self, record: AppRecord, context: AppContext) -> None:
        self.record = record
        self._context = context

    @property
    def _name(self) -> str:
        return self.record.spec.name

    def change(self, **changes: Any) -> None:
        """Replaces fields of the record."""
        self.record = replace(self.record, **changes)

    def keep(self) -> None:
        """Writes the record to disk."""
        self._context.records.put(self._name, self.record)

    def revision(self, name: str) -> RevisionRecord:
        """
        A revision by name.

        Raises:
            CloudRefusal: the app has none of that name.
        """
        known = self.record.revision(name)
        if known is None:
            raise CloudRefusal("RevisionNotFound", f"Revision {name} of container app {self._name} does not exist.")
        return known

    def note(self, known: RevisionRecord, **changes: Any) -> RevisionRecord:
        """Changes a revision's record, or adds it; returns it as it is now."""
        known = replace(known, **changes)
        others = [each for each in self.record.revisions if each.name != known.name]
        self.change(revisions=tuple(sorted((*others, known), key=lambda each: each.created)))
        return known

    def note_numbers(self, revision: RunningRevision) -> None:
        """Notes which replicas of a revision run."""
        known = self.record.revision(revision.name)
        if known is not None:
            self.note(known, numbers=revision.numbers)

    def prune(self, running: Mapping[str, RunningRevision]) -> None:
        """Forgets the oldest inactive revisions, and the logs of replicas that are long gone."""
        inactive = [each.name for each in self.record.revisions if each.name not in running]
        surplus = inactive[: max(len(inactive) - self.record.spec.max_inactive_revisions, 0)]
        self.change(revisions=tuple(each for each in self.record.revisions if each.name not in surplus))
        alive = {replica.name for revision in running.values() for replica in revision.replicas}
        folder = self._context.launcher.directory / self._name
        gone = [each for each in folder.iterdir() if each.name not in alive | {"home"}]
        gone.sort(key=lambda each: each.stat().st_mtime)
        for each in gone[: max(len(gone) - _LOGS_KEPT, 0)]:
            shutil.rmtree(each, ignore_errors=True)
